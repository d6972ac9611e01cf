// Takes credentials and personal data out of evidence before it is stored or sent anywhere (P12).

/** Longest quotation that leaves a probe, in characters. */
const MAX_QUOTE = 600

/** Longest line that is looked at: what is quoted is far shorter, and hostile text costs little. */
const MAX_LINE = 8000

/** Words that name a secret wherever in a name they stand; what precedes them stays in the text anyway. */
const NAME =
  '(?:password|passwd|pwd|secret|token|(?:api|access|account|routing|integration|service|genie)[._-]?key|credential|signature|sig)[\\w.-]{0,80}'

/** A slash in an address: as it is, escaped in JSON, or encoded. */
const S = String.raw`(?:\\{0,2}\/|%2F)`

/** Addresses that are keys by themselves: whoever knows them may post, or open incidents. */
const WEBHOOKS = [
  String.raw`hooks\.slack(?:-gov)?\.com`,
  String.raw`discord(?:app)?\.com${S}api${S}(?:v\d{1,2}${S})?webhooks`,
  String.raw`webhook\.office(?:365)?\.com`,
  String.raw`outlook\.office(?:365)?\.com${S}webhook`,
  String.raw`logic\.azure\.(?:com|us|cn)`,
  String.raw`api\.powerplatform\.com`,
  String.raw`chat\.googleapis\.com${S}v1${S}spaces`,
  String.raw`events(?:\.eu)?\.pagerduty\.com(?!${S}v2${S}(?:change${S})?enqueue)`,
  String.raw`api(?:\.eu)?\.opsgenie\.com${S}v1${S}json`,
].join('|')

/**
 * In this order: what a longer pattern takes must not be cut up by a shorter one before it. Nothing that can fail
 * follows an unbounded repetition, so that the time stays linear in the text. No rule asks for the edge of a word where
 * its own shape is telling: a secret may be glued to anything.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, '[redacted private key]'],
  // A JDBC address keeps its kind and host; user, password and options go.
  [/\b(jdbc:[a-z0-9]{1,20}:(?:thin:)?)(?:[^\s/@"']{1,100}\/[^\s/@"']{1,100}@)?(\/{0,2})(?:[^\s/@;?"']{1,200}@)?([^\s;?"']{0,300})([;?][^\s"']{0,1000})?/gi, '$1$2$3 [redacted]'],
  [/(:\/\/)[^\s/@"']{1,200}@/g, '$1[redacted]@'],
  // A webhook keeps its host.
  [new RegExp(String.raw`((?:${WEBHOOKS})(?::\d{1,5})?${S})[\w\\./~%+=&?!$*,;:@#-]+`, 'gi'), '$1[redacted]'],
  [/(Bearer|Basic|GenieKey)\s{1,4}[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  // The look ahead makes sure, once for each word, that the first `eyJ` in it leads to a match.
  [/(?<![\w-])(?=[\w-]{11,}\.[\w-]{4,}\.)[\w-]*?eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, '[redacted token]'],
  [/(?:AKIA|ASIA)[0-9A-Z]{16}/g, '[redacted key id]'],
  [/\b(?:xox[abposr]-|xapp-|ghp_|gho_|ghs_|github_pat_|glpat-|dapi|sk_live_|AIza)[A-Za-z0-9_-]{10,}/g, '[redacted token]'],
  // The same in the middle of a word, where their beginnings alone are parts of English words.
  [/(?:xox[abeposr]-\d[\w-]{10,}|xapp-\d-[\w-]{10,}|gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|dapi[0-9a-f]{32}(?:-\d)?|sk_live_[A-Za-z0-9]{16,}|AIza[\w-]{35})/g, '[redacted token]'],
  [new RegExp(`(${NAME}["']?\\s{0,4}(?:=|:|->)\\s{0,4})(?!\\[redacted\\](?:[\\s,;&)\\]}]|$))("[^"]*"|'[^']*'|(?:\\[redacted\\]|[^\\s,;&)\\]}])+)`, 'gi'), '$1[redacted]'],
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,6}\.\p{L}{2,24}/gu, '[redacted address]'],
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
