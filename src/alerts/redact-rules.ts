// The shapes of credentials, as patterns: what a text says of each, and what stays in its place.

/** One replacement; a function decides where the shape alone does not. */
export type Rule = readonly [RegExp, string | ((match: string, ...rest: never[]) => string)]

/**
 * Words that end in `pass` and name no secret (`bypass`, `compass`, `first pass`); of any other, such as `DB_PASS`, it is one.
 * `passed`, `pass-through` and `pass_rate` go on after it, and a bare `pass: 2` counts.
 */
const PASS = String.raw`(?<!(?:by|com|tres|over|sur|under|multi|low|high|band|one|two|single|each|first|second|third|last)[-_ ]?)(?:(?<=[\w.-])pass|pass(?!["']?\s{0,2}[=:]\s{0,2}\d{1,3}(?:[\s,;)/%]|$)))(?:[._](?:old|new|prod|dev|test|stage|staging|value|\d{1,2}))?(?![\w.-])`

/**
 * Words that name a secret wherever in a name they stand; what precedes them stays in the text anyway. The name is taken
 * to its end or not at all, so that a name made of such words costs little.
 */
const NAME =
  `(?:${PASS}|(?:passphrase|passcode|(?<=[._-])pat(?![a-z]|[._-]?\\d)|` +
  'password|passwd|pwd|secret|(?<!(?:unexpected|unrecognized|illegal|mismatched) )token(?!iz)|(?:api|access|account|routing|integration|service|genie|private|shared|encryption)[._-]?key|credential|(?:amz|goog|access)[._-]?signature|(?<![a-z])sig(?![a-z]))[\\w.-]{0,80}(?![\\w.]))'

/** Names that end so speak of a secret and do not hold it: where it is, whose class reads it, how long it lasts. */
const OTHERWISE =
  '(?<!provider|providers|file|path|keytab|enabled|timeout|interval|class|type|algorithm|lifetime|count|limit|length)'

/** What has been hidden before, by us, by a team's pattern, by Spark or by others, and ends there; and values that are none. */
const HIDDEN = String.raw`(?:true|false|null|none|undefined|\[redacted(?:[: ][\w -]{1,80})?\]|<redacted>|\*{3,}(?:\(redacted\))?)(?=[\s,;&)\]}"'<\\]|$)`

/** A value: quoted, quoted inside a quotation, in braces, or up to what ends a word. */
const VALUE = String.raw`(?:"[^"]*"|'[^']*'|\\{1,3}"[^"]*"|\{[^{}]*\}|(?:\[redacted[^\]\s]{0,80}\]|[^\s,;&)\]}])+)`

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
 * Tokens by their beginning. With a fixed length or alphabet they may stand in the middle of a word; sources: the
 * issuers' own pages on secret scanning, and gitleaks' list of rules.
 */
const TOKENS = [
  String.raw`xox[abeposr]-\d[\w-]{10,}`,
  String.raw`xapp-\d-[\w-]{10,}`,
  String.raw`gh[oprsu]_[A-Za-z0-9]{36,}`,
  String.raw`github_pat_\w{22,}`,
  String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,}`,
  String.raw`gl(?:sa|c)_[A-Za-z0-9+/=]{32,}(?:_[0-9a-f]{8})?`,
  String.raw`d(?:api|kea|ose)[0-9a-f]{32}(?:-\d)?`,
  String.raw`[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`,
  String.raw`AIza[\w-]{35}`,
  String.raw`ya29\.[\w-]{20,}`,
  String.raw`GOCSPX-[\w-]{28}`,
  String.raw`GOOG1[A-Z0-9]{20,60}`,
  String.raw`LTAI[A-Za-z0-9]{16,24}`,
  String.raw`npm_[A-Za-z0-9]{36}`,
  String.raw`pypi-AgEI[\w-]{50,}`,
  String.raw`dckr_pat_[\w-]{27,}`,
  String.raw`hf_[A-Za-z]{34}`,
  String.raw`hv[bs]\.[\w-]{24,}`,
  String.raw`SG\.[\w-]{22}\.[\w-]{43}`,
  String.raw`sk-(?:ant|proj|svcacct)-[\w-]{20,}`,
  String.raw`NRAK-[A-Z0-9]{27}`,
  String.raw`do[opr]_v1_[0-9a-f]{64}`,
  String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
].join('|')

/** What an option of a command line is called whose next word is a secret. */
const OPTION = String.raw`(?:--|(?<![\w-])-)[\w.-]{0,40}?(?:password|passwd|passphrase|passcode|(?<!by|com)pass|secret|token|api-key)`

/** Programs with an option `-p` for a password, and what may stand between. */
const BEFORE_P = String.raw`\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump)\s(?:[^\n|;&]{0,200}?\s)?`

/** Schemes whose `name@host` is an address and no login: a storage container, an endpoint of Spark's own RPC. */
const PLACES = /(?:abfss?|wasbs?|spark|akka\.tcp)$/i

/**
 * In this order: what a longer pattern takes must not be cut up by a shorter one before it. Nothing that can fail
 * follows an unbounded repetition, so that the time stays linear in the text. No rule asks for the edge of a word where
 * its own shape is telling: a secret may be glued to anything.
 */
export const CREDENTIALS: readonly Rule[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g, '[redacted private key]'],
  // The end of one whose beginning is cut off, as where only the last 64 KiB of a log are read.
  [/^[\s\S]*-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/, withoutKeyEnds],
  // A JDBC address keeps its kind and host; user, password and options go. The last @ ends a login: a password may have one.
  [/\b(jdbc:(?:[a-z0-9+-]{1,20}:){1,3})(?:[^\s/@"']{1,100}\/[^\s@"']{1,100}@)?(\/{0,2})(?:[^\s;?"']{1,200}@)?([^\s;?"']{0,300})([;?][^\s"']{0,1000})?/gi, '$1$2$3 [redacted]'],
  // What follows a port is a path, and an @ in it no end of a login.
  [/(:\/\/)([^\s/:@"'?#]{0,100}:(?!\d{1,5}(?:[/?#\s]|$))[^\s@"'?#]{1,200}@(?:[^\s/"'?#@]{1,100}@)?|[^\s/"'?#]{1,200}@)/g, keepPlaces],
  // A webhook keeps its host.
  [new RegExp(String.raw`((?:${WEBHOOKS})(?::\d{1,5})?${S})[\w\\./~%+=&?!$*,;:@#-]+`, 'gi'), '$1[redacted]'],
  // `Basic authentication` is no credential: one has a digit, a sign, or a capital that is not its first letter.
  [/((?:[Bb]earer|BEARER|[Bb]asic|BASIC|GenieKey|Negotiate|Digest)\s{1,4})(?=[A-Za-z]?[a-z._~-]{0,200}[A-Z0-9=+/])[A-Za-z0-9+/=._~-]{8,}/g, '$1[redacted]'],
  [new RegExp(String.raw`((?<![a-z])authorization\\?["']?\s{0,4}(?:[:=]|->)\s{0,4}\\?["']?(?:(?:Bearer|Basic|Token|Digest|Negotiate|GenieKey)\s{1,4})?)(?!${HIDDEN})[^\s"',;\\]{8,}`, 'gi'), '$1[redacted]'],
  [/((?<![\w-])(?:set-)?cookie\s{0,4}:(?!\s{0,4}\[redacted\])\s{0,4})[^\r\n"]{1,2000}/gi, '$1[redacted]'],
  // The look ahead makes sure, once for each word, that the first `eyJ` in it leads to a match.
  [/(?<![\w-])(?=[\w-]{11,}\.[\w-]{4,}\.)[\w-]*?eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, '[redacted token]'],
  [/(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}/g, '[redacted key id]'],
  [/\b(?:xox[abposr]-|xapp-|ghp_|gho_|ghs_|github_pat_|glpat-|dapi|sk_live_|AIza)[A-Za-z0-9_-]{10,}/g, '[redacted token]'],
  // The same in the middle of a word, where their beginnings alone are parts of English words.
  [new RegExp(`(?:${TOKENS})`, 'g'), '[redacted token]'],
  // A key of an Azure storage account or namespace: 64 or 32 bytes in base64, which nothing else of this length is.
  [/(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])/g, '[redacted key]'],
  [/(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{31,34}(?![\w~-])/g, '[redacted secret]'],
  [new RegExp(String.raw`(${NAME}${OTHERWISE}\\{0,3}["']?\s{0,4}(?:=|:|->|=>|%3D)\s{0,4})(?!["']?${HIDDEN})${VALUE}`, 'gi'), '$1[redacted]'],
  // As JSON and Scala print pairs: `["a.secret.key","value"]`, `(a.secret.key,value)`.
  [new RegExp(String.raw`(${NAME}${OTHERWISE}\\?["']\s{0,4},\s{0,4})(?!["']${HIDDEN})("[^"]*"|'[^']*'|\\"[^"]*")(?=\s{0,4}[\])])`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`(\([\w.-]{0,120}?${NAME}${OTHERWISE},)(?!${HIDDEN})[^\s,;)]{1,500}(?=\))`, 'gi'), '$1[redacted]'],
  // On a command line, in SQL, in XML.
  [new RegExp(String.raw`(${OPTION}\s{1,4})(?!-|["']?${HIDDEN})(?:"[^"]{0,500}"|'[^']{0,500}'|[^\s"']{1,500})`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`(["']${OPTION}["']\s{0,4},\s{0,4})(?!["']${HIDDEN})(?:"[^"]{0,500}"|'[^']{0,500}')`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`(${BEFORE_P}-p)(?!\s|${HIDDEN})\S{1,200}`, 'g'), '$1[redacted]'],
  [new RegExp(String.raw`(\bsshpass\s{1,4}-p\s{0,4})(?!${HIDDEN})\S{1,200}`, 'g'), '$1[redacted]'],
  // Oracle's `name/password@service`, where a tool or an address says that it is one.
  [/(\b(?:sqlplus|sqlldr|expdp|impdp|rman)\s{1,4}(?:-\w{1,8}\s{1,4})?[\w$#.]{1,60}\/)[^\s@"'[]{1,100}@/gi, '$1[redacted]@'],
  [/((?<![\w$#./:])[\w$#]{1,60}\/)[^\s@"'/[]{1,100}@(?=\/\/|[\w.-]{1,100}:\d{2,5}\/\w)/g, '$1[redacted]@'],
  // In prose a word with a figure in it alone is one; `auth=SCRAM-SHA-256` names a way.
  [new RegExp(String.raw`(client[_-]secret\s{1,4})(?!${HIDDEN})(?=[^\s\d]{0,200}\d)[^\s"',;]{6,200}`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`((?<![a-z])auth\\?["']?\s{0,2}[=:]\s{0,2}\\?["']?)(?!${HIDDEN}|[\w-]{0,20}(?:scram|sha|oauth|digest|md5|kerb|sasl|tls|ssl|ntlm|http|basic|bearer))(?=[^\s\d]{0,200}\d)(?=[^a-z\s]{0,200}[a-z])[^\s"',;&]{8,}`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`(\bIDENTIFIED\s{1,4}BY\s{1,4}(?:PASSWORD\s{1,4})?)(?!${HIDDEN})('[^']*'|"[^"]*"|[^\s;]+)`, 'gi'), '$1[redacted]'],
  [new RegExp(String.raw`((?:<[\w.:-]{0,40}?(?:password|passwd|secret|token)[\w.:-]{0,40}>|${NAME}<\/name>\s{0,40}<value>)\s{0,4})(?!${HIDDEN})[^<\s][^<]{0,500}`, 'gi'), '$1[redacted]'],
  [/((?<![a-z])signature["']?\s{0,2}[=:]\s{0,2}["']?)[A-Za-z0-9+/=_-]{20,}/gi, '$1[redacted]'],
] // prettier-ignore

/** Lines of base64 before each end of a key; the first and the last may be short. */
function withoutKeyEnds(match: string): string {
  return match
    .split(/-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/)
    .map((part, at, all) => (at === all.length - 1 ? part : `${withoutBase64(part)}[redacted private key]`))
    .join('')
}

function withoutBase64(text: string): string {
  let end = text.length
  let shortest = 1
  for (;;) {
    let gap = end
    while (gap > 0 && /\s/.test(text.charAt(gap - 1))) gap -= 1
    for (let ending = endingOf(text, gap); ending > 0; ending = endingOf(text, gap)) gap -= ending
    let start = gap
    while (start > 0 && /[A-Za-z0-9+/=]/.test(text.charAt(start - 1))) start -= 1
    // In `...\\nMIIE` the n belongs to the sign before it.
    if (start > 0 && text.charAt(start - 1) === '\\' && start < gap) start += 1
    if (gap - start < (start === 0 ? 1 : shortest)) return text.slice(0, end)
    end = start
    shortest = 16
  }
}

/** How long the line end is that stands, written as in JSON, before this place: `\\n`. */
function endingOf(text: string, at: number): number {
  return /\\{1,3}[nrt]$/.exec(text.slice(Math.max(0, at - 4), at))?.[0].length ?? 0
}

function keepPlaces(match: string, ...rest: never[]): string {
  const [, login, offset, text] = rest as unknown as [string, string, number, string]
  if (!login.includes(':') && PLACES.test(text.slice(Math.max(0, offset - 20), offset))) return match
  return '://[redacted]@'
}

/** What has been here before is said once. */
export const ONCE: Rule = [/( \[redacted\])(?: \[redacted\])+/g, '$1']
