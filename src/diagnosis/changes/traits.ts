// How a run was made, held against the last good one: commit, image, versions, nodes, definition, parameters. Pure.
import { shortCommit } from '../../alerts/deploy-marker.ts'
import { redact } from '../../alerts/redact.ts'
import type { PlatformRun, RunTrait } from '../../ports.ts'
import { comparedImages, isPushedAgain } from './image.ts'
import { steady } from './properties.ts'

export type Traits = NonNullable<PlatformRun['traits']>

/** As people call them. */
const WORDS: Readonly<Record<RunTrait, string>> = {
  commit: 'commit',
  image: 'image',
  spark_version: 'Spark',
  runtime: 'runtime',
  node_type: 'node type',
  nodes: 'nodes',
  definition: "the job's definition",
  parameters: 'parameters',
}
export const TRAITS = Object.keys(WORDS) as readonly RunTrait[]
const MAX_VALUE = 80
const NAMES_TOLD = 5

/** What both runs tell and tell otherwise, as `4.0.1 -> 4.1.0` and as a whole clause. */
export function comparedTraits(
  before: Traits,
  after: Traits,
): readonly { readonly trait: RunTrait; readonly text: string; readonly clause: string }[] {
  return TRAITS.flatMap((trait) => {
    const [old, now] = [before[trait], after[trait]]
    if (old === undefined || now === undefined || old === now) return []
    // A run's own day is no change.
    if (trait === 'parameters' && steady(old) === steady(now)) return []
    const text = trait === 'parameters' ? namesThatDiffer(old, now) : wordsFor(trait, old, now)
    if (text === null) return []
    return [{ trait, text, clause: `${WORDS[trait]} ${text}` }]
  })
}

/** Null where the two are written otherwise and are the same. */
function wordsFor(trait: RunTrait, old: string, now: string): string | null {
  if (trait === 'definition') return 'has changed'
  if (trait === 'commit') return `${shortCommit(old)} -> ${shortCommit(now)}`
  const differ = trait === 'image' ? comparedImages(old, now) : ([old, now] as const)
  const why = trait === 'image' && isPushedAgain(old, now) ? ' (same tag, another digest)' : ''
  return differ === null ? null : `${shown(differ[0])} -> ${shown(differ[1])}${why}`
}

/**
 * `day, mode differ`: a parameter's value may be a secret of any shape. Where one has no name of its own that can be told
 * apart from a value, only that they differ.
 */
function namesThatDiffer(old: string, now: string): string {
  const [left, right] = [wordsOf(old), wordsOf(now)]
  const differing = [
    ...left.filter((one) => !right.includes(one)),
    ...right.filter((one) => !left.includes(one)),
  ]
  const names = [
    ...new Set(differing.map((one) => /^(?:--?)?([A-Za-z_][\w.-]{0,40})=/.exec(one)?.[1] ?? null)),
  ]
  if (names.length === 0 || names.includes(null)) return 'differ'
  return `${names.slice(0, NAMES_TOLD).join(', ')}${names.length > NAMES_TOLD ? ' and others' : ''} ${names.length === 1 ? 'differs' : 'differ'}`
}

/** Without what is another one each time. */
function wordsOf(parameters: string): readonly string[] {
  return steady(parameters)
    .split(/\s+/)
    .filter((one) => one !== '')
}

function shown(value: string): string {
  const line = redact(value).replaceAll(/\s+/g, ' ')
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE - 1).toWellFormed()}…` : line
}
