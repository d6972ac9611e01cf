// What a job run of AWS was made of, as it is asked for once more. Pure.

type Tags = Readonly<Record<string, string>>

/** What of `told` goes by these names, without tags that AWS has set: whose name begins with `aws:` only AWS may set. */
export function madeOf<T extends { tags?: Tags | undefined }>(
  told: Partial<T>,
  names: readonly (keyof T)[],
): Partial<T> {
  const made = Object.fromEntries(
    names.flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]] as const])),
  ) as Partial<T>
  if (made.tags === undefined) return made
  const own = Object.entries(made.tags).filter(([name]) => !name.startsWith('aws:'))
  return { ...made, tags: Object.fromEntries(own) }
}

/** What may be secret of what a driver is given, since AWS quotes what it refuses: arguments and values, no names. */
export function textsIn(given: unknown): readonly string[] {
  if (typeof given === 'string') return [given, ...given.split(/\s+/).map(valueIn)]
  if (typeof given !== 'object' || given === null) return []
  return Object.values(given).flatMap(textsIn)
}

/** `4g` of `spark.executor.memory=4g`, nothing of `--conf`, else the word. */
function valueIn(word: string): string {
  const at = word.indexOf('=')
  if (at >= 0) return word.slice(at + 1)
  return word.startsWith('--') ? '' : word
}
