// Moves a recorded answer in time and to another application id, so that it looks as if it were said just now. Pure.

export interface Shift {
  /** Milliseconds added to every instant. */
  readonly offsetMs: number
  /** Texts to replace, longest first: the recorded application id, addresses. */
  readonly replace: readonly (readonly [string, string])[]
  /** Milliseconds added to the duration of what still runs. */
  readonly growMs: number
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}GMT$/
const EPOCHS: ReadonlySet<string> = new Set([
  'startTimeEpoch',
  'endTimeEpoch',
  'lastUpdatedEpoch',
  'starttime',
  'lastheartbeat',
])

/** A copy of a JSON value with its instants moved and its texts replaced; "not yet" (epoch -1) stays so. */
export function shifted(value: unknown, shift: Shift, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => shifted(one, shift))
  if (typeof value === 'object' && value !== null)
    return shiftedObject(value as Record<string, unknown>, shift)
  if (typeof value === 'number') return EPOCHS.has(key) && value > 0 ? value + shift.offsetMs : value
  if (typeof value !== 'string') return value
  if (DATE.test(value)) return shiftedDate(value, shift.offsetMs)
  if (key === 'submitdate')
    return masterDate(new Date(Date.parse(value.replace('UTC ', '') + ' UTC') + shift.offsetMs))
  return replaced(value, shift)
}

/** A text with the recorded names replaced. */
export function replaced(text: string, { replace }: Pick<Shift, 'replace'>): string {
  return replace.reduce((rest, [from, to]) => rest.replaceAll(from, to), text)
}

/** An instant as Spark's REST API writes it. */
export function restDate(at: Date): string {
  return at.toISOString().replace('Z', 'GMT')
}

function shiftedObject(value: Record<string, unknown>, shift: Shift): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) out[replaced(name, shift)] = shifted(inner, shift, name)
  // Only what still runs grows older: an attempt that is not completed, an application that the master lists as active.
  const running = value['completed'] === false || value['state'] === 'RUNNING' || value['state'] === 'WAITING'
  if (running && typeof out['duration'] === 'number') out['duration'] += shift.growMs
  return out
}

function shiftedDate(text: string, offsetMs: number): string {
  const at = Date.parse(text.replace('GMT', 'Z'))
  return at < 0 ? text : restDate(new Date(at + offsetMs))
}

/** As Java's Date prints: `Sun Nov 22 14:47:19 UTC 2026`. */
function masterDate(at: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = at
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}
