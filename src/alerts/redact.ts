// Takes credentials and personal data out of evidence before it is stored or sent anywhere (P12).
import { PERSONAL_DATA } from './personal-data.ts'
import { CREDENTIALS, ONCE, type Rule } from './redact-rules.ts'

/** Longest quotation that leaves a probe, in characters. */
const MAX_QUOTE = 600

/** Longest line that is looked at: what is quoted is far shorter, and hostile text costs little. */
const MAX_LINE = 8000

const ALL: readonly Rule[] = [...CREDENTIALS, ...PERSONAL_DATA, ONCE]
const NAMES: readonly Rule[] = [...CREDENTIALS, ONCE]

/**
 * The text without what looks like a credential, an e-mail address, a card, account or phone number. Doing it again
 * changes nothing; its time is linear in the text.
 */
export function redact(text: string): string {
  return apply(ALL, text)
}

/** As `redact`, for what names things (labels, ids, jobs): numbers and addresses in them are names, and stay. */
export function redactCredentials(text: string): string {
  return apply(NAMES, text)
}

function apply(rules: readonly Rule[], text: string): string {
  // The two kinds of replacement are two overloads of `replace`.
  return rules.reduce((rest, [pattern, by]) => rest.replace(pattern, by as string), text)
}

/** One quoted line of evidence: the first line that says something, redacted and bounded. */
export function quote(text: string): string {
  const line =
    text
      .split('\n')
      .find((one) => one.trim() !== '')
      ?.trim() ?? ''
  const safe = redact(line.slice(0, MAX_LINE))
  return safe.length > MAX_QUOTE ? `${safe.slice(0, MAX_QUOTE)}…` : safe
}
