// Keeps credentials out of every text that leaves this room: a routing key opens incidents by itself.

/**
 * Replaces each key by `[redacted]`, and whatever looks like an API token in a header, a routing key in a
 * body or the credentials of a proxy in an address.
 */
export function redactKeys(text: string, keys: readonly string[]): string {
  const known = keys.filter((key) => key !== '')
  const without = known.reduce((rest, key) => rest.replaceAll(key, '[redacted]'), text)
  return without
    .replaceAll(/\b(Token token=|Bearer )[^\s"',]+/g, '$1[redacted]')
    .replaceAll(/\/\/[^\s/@]+@/g, '//[redacted]@')
    .replaceAll(/("routing_key"\s*:\s*")[^"]*/g, '$1[redacted]')
}
