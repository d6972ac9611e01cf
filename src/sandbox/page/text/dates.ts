// Slack's <!date^...> tokens: each reader sees the moment in their own zone and words.

/** The reader's clock and zone; tests give fixed ones. `now` is milliseconds since the epoch. */
export type Reader = { now: number; timeZone?: string; locale?: string }

const DAY = 86_400_000

/**
 * Fills a Slack date format such as `{date_short_pretty} at {time}` for one moment.
 * @param seconds Unix time in seconds, as Slack writes it.
 * @returns the text, or undefined when the number is no moment: then Slack shows the fallback.
 */
export function formatSlackDate(seconds: number, format: string, reader: Reader): string | undefined {
  const at = new Date(seconds * 1000)
  if (!Number.isFinite(at.getTime())) return undefined
  return format.replace(/\{(\w+)\}/g, (whole, token: string) => fill(token, at, reader) ?? whole)
}

function fill(token: string, at: Date, reader: Reader): string | undefined {
  const say = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(reader.locale ?? 'en-US', {
      ...options,
      ...(reader.timeZone === undefined ? {} : { timeZone: reader.timeZone }),
    }).format(at)
  const pretty = (otherwise: string): string => nearDay(at, reader) ?? otherwise
  const short = (): string => say({ month: 'short', day: 'numeric', year: 'numeric' })
  const plain = (): string => say({ month: 'long', day: 'numeric', year: 'numeric' })
  const long = (): string => say({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' })
  switch (token) {
    case 'date_num':
      return isoDay(at, reader)
    case 'date_slash':
      return say({ month: '2-digit', day: '2-digit', year: 'numeric' })
    case 'date':
      return plain()
    case 'date_short':
      return short()
    case 'date_long':
      return long()
    case 'date_pretty':
      return pretty(plain())
    case 'date_short_pretty':
      return pretty(short())
    case 'date_long_pretty':
    case 'day_divider_pretty':
      return pretty(long())
    case 'time':
      return say({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    case 'time_secs':
      return say({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    case 'ago':
      return ago(at.getTime(), reader.now)
    default:
      return undefined
  }
}

/** How long ago, in the one largest unit that fits: `3 minutes ago`, `in 2 hours`, `just now`. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000)
  const size = Math.abs(seconds)
  if (size < 10) return 'just now'
  const [unit, length] =
    size < 60
      ? ['second', 1]
      : size < 3600
        ? ['minute', 60]
        : size < 86_400
          ? ['hour', 3600]
          : ['day', 86_400]
  const count = Math.floor(size / length)
  const words = `${String(count)} ${unit}${count === 1 ? '' : 's'}`
  return seconds >= 0 ? `${words} ago` : `in ${words}`
}

/** The calendar day in the reader's zone, as 2026-11-22 (the Swedish locale writes ISO dates). */
function isoDay(at: Date, reader: Reader): string {
  const zone = reader.timeZone === undefined ? {} : { timeZone: reader.timeZone }
  return new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...zone,
  }).format(at)
}

function nearDay(at: Date, reader: Reader): string | undefined {
  const day = isoDay(at, reader)
  if (day === isoDay(new Date(reader.now), reader)) return 'today'
  if (day === isoDay(new Date(reader.now - DAY), reader)) return 'yesterday'
  if (day === isoDay(new Date(reader.now + DAY), reader)) return 'tomorrow'
  return undefined
}
