// The first thing that runs: an old Node is told apart from every other trouble. Nothing here is newer than Node 18.

const FLOOR = [24, 15] as const

/** The sentence for a Node that is too old, or null. */
export function nodeTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1])) return null
  return `ARR-104: This Node is ${version}; Arrestor needs ${FLOOR.join('.')} or newer.\n  Start it with \`npm start\` (npm ci installs a fitting Node beside it), or install Node ${FLOOR.join('.')} or newer.`
}
