// Takes credentials and personal data out of evidence before it is stored or sent anywhere (P12).
import { PERSONAL_DATA } from './personal-data.ts'
import { CREDENTIALS, ONCE, type Rule } from './redact-rules.ts'

/** Longest quotation that leaves a probe, in characters. */
const MAX_QUOTE = 600

/** Longest line that is looked at: what is quoted is far shorter, and hostile text costs little. */
const MAX_LINE = 8000

/** Longest text that is looked at, in characters; what is longer loses its end, so that nobody waits for it. */
export const MAX_TEXT = 1024 * 1024

const ALL: readonly Rule[] = [...CREDENTIALS, ...PERSONAL_DATA, ONCE]
const NAMES: readonly Rule[] = [...CREDENTIALS, ONCE]

/**
 * The text without what looks like a credential, an e-mail address, a card, account or phone number, and without halves
 * of characters. Doing it again changes nothing; its time is linear in the text, of which `MAX_TEXT` characters are kept.
 */
export function redact(text: string): string {
  return apply(ALL, text)
}

/** As `redact`, for what names things (labels, ids, jobs): numbers and addresses in them are names, and stay. */
export function redactCredentials(text: string): string {
  return apply(NAMES, text)
}

function apply(rules: readonly Rule[], text: string): string {
  // The two kinds of replacement are two overloads of `replace`. What is bounded in length may end within a character.
  return rules
    .reduce((rest, [pattern, by]) => rest.replace(pattern, by as string), bounded(text))
    .toWellFormed()
}

/** At most `MAX_TEXT` characters, and no half of a short word at the end: it may be half a secret. */
export function bounded(text: string): string {
  if (text.length <= MAX_TEXT) return text
  const cut = text.slice(0, MAX_TEXT)
  const space = cut.lastIndexOf(' ')
  return (MAX_TEXT - space > 1_000 ? cut : cut.slice(0, space)).toWellFormed()
}

/** One quoted line of evidence: the first line that says something, redacted and bounded. */
export function quote(text: string): string {
  const line =
    text
      .split('\n')
      .find((one) => one.trim() !== '')
      ?.trim() ?? ''
  const safe = redact(line.slice(0, MAX_LINE))
  return safe.length > MAX_QUOTE ? `${safe.slice(0, MAX_QUOTE).toWellFormed()}…` : safe
}
