// Takes credentials and personal data out of evidence before it is stored or sent anywhere (P12).

/** Longest quotation that leaves a probe, in characters. */
const MAX_QUOTE = 600

const SECRET_NAME =
  '[\\w.-]*(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|credential|signature|sig)[\\w.-]*'

/** In this order: what a longer pattern takes must not be cut up by a shorter one before it. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    '[redacted private key]',
  ],
  // A JDBC address keeps its kind and host; user, password and options go.
  [
    /\b(jdbc:[a-z0-9]+:(?:thin:)?)(?:[^\s/@"']*\/[^\s/@"']*@)?(\/{0,2}[^\s/@;?"']*@)?([^\s;?"']*)([;?][^\s"']*)?/gi,
    '$1$3 [redacted]',
  ],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, '$1[redacted]@'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, '[redacted token]'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, '[redacted key id]'],
  [
    /\b(?:xox[abposr]-|xapp-|ghp_|gho_|ghs_|github_pat_|glpat-|dapi|sk_live_|AIza)[A-Za-z0-9_-]{10,}/g,
    '[redacted token]',
  ],
  [
    new RegExp(`(["']?\\b${SECRET_NAME}["']?\\s*(?:=|:|->)\\s*)("[^"]*"|'[^']*'|[^\\s,;&)\\]}]+)`, 'gi'),
    '$1[redacted]',
  ],
  [/\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b/g, '[redacted address]'],
  [/\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b/g, '[redacted number]'],
]

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
  const safe = redact(line)
  return safe.length > MAX_QUOTE ? `${safe.slice(0, MAX_QUOTE)}…` : safe
}
