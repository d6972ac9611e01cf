// Takes credentials and personal data out of evidence before it is stored or sent anywhere (P12).

/** Longest quotation that leaves a probe, in characters. */
const MAX_QUOTE = 600

/** Longest line that is looked at: what is quoted is far shorter, and hostile text costs little. */
const MAX_LINE = 8000

/** Every repetition is bounded, so that the time stays linear in the text. */
const NAME =
  '[\\w.-]{0,40}(?:password|passwd|pwd|secret|token|api[._-]?key|access[._-]?key|account[._-]?key|credential|signature|sig)[\\w.-]{0,80}'

/** In this order: what a longer pattern takes must not be cut up by a shorter one before it. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, '[redacted private key]'],
  // A JDBC address keeps its kind and host; user, password and options go.
  [/\b(jdbc:[a-z0-9]{1,20}:(?:thin:)?)(?:[^\s/@"']{1,100}\/[^\s/@"']{1,100}@)?(\/{0,2})(?:[^\s/@;?"']{1,200}@)?([^\s;?"']{0,300})([;?][^\s"']{0,1000})?/gi, '$1$2$3 [redacted]'],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,200}@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s{1,4}[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, '[redacted token]'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, '[redacted key id]'],
  [/\b(?:xox[abposr]-|xapp-|ghp_|gho_|ghs_|github_pat_|glpat-|dapi|sk_live_|AIza)[A-Za-z0-9_-]{10,}/g, '[redacted token]'],
  [new RegExp(`(["']?\\b${NAME}["']?\\s{0,4}(?:=|:|->)\\s{0,4})(?!\\[redacted\\](?:[\\s,;&)\\]}]|$))("[^"]*"|'[^']*'|(?:\\[redacted\\])?[^\\s,;&)\\]}]+)`, 'gi'), '$1[redacted]'],
  [/\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,24}\b/g, '[redacted address]'],
  [/\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b/g, '[redacted number]'],
  // What has been here before is said once.
  [/( \[redacted\])(?: \[redacted\])+/g, '$1'],
] // prettier-ignore

/** The text without what looks like a credential, an e-mail address or a card number. */
export function redact(text: string): string {
  return RULES.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text)
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
