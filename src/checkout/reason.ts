// From what git says to what a person reads: a cause in our words, git's own last line, and never a secret.
import { ArrestorError } from '../errors.ts'
import { GitFailed } from './git.ts'

/** The first that fits. What git writes here has been the same for years; its own words follow in any case. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/Host key verification failed/, 'the host’s key is not among the known ones'],
  [/dubious ownership/, 'the repository belongs to another user of this machine'],
  [
    /Authentication failed|could not read (?:Username|Password)|Permission denied \(|Access denied|error: 40[13]/,
    'the token or key is missing or refused',
  ],
  [
    /unable to update url base from redirection|redirect/,
    'the address leads on to another one; name that one',
  ],
  [
    /[Rr]epository .*not found|does not (?:exist|appear)|error: 404|[Nn]o such file/,
    'there is no such repository',
  ],
  [/certificate|SSL/, 'the certificate is not trusted'],
  [/Could not resolve|Name or service not known/, 'the host has no address'],
  [
    /Failed to connect|Couldn't connect|Connection (?:refused|timed out|reset)|unreachable/,
    'the host does not answer',
  ],
]

/** Control characters and line breaks: what the other end says is shown in a terminal and in Slack. */
// oxlint-disable-next-line no-control-regex -- these are the characters it is about
const CONTROL = /[\u0000-\u001F\u007F-\u009F]+/g

const MAX_QUOTE = 300

/** One sentence, without what `secrets` names. Pure. */
export function whyOf(failed: GitFailed, timeoutMs: number, secrets: readonly string[]): string {
  if (failed.kind === 'timeout') return `no answer within ${Math.round(timeoutMs / 1000)} s`
  if (failed.kind === 'output') return 'it answered more than a repository of runbooks would'
  if (failed.kind === 'aborted') return 'the service is stopping'
  let said = failed.stderr
  for (const secret of secrets) said = said.replaceAll(secret, '***')
  // Also in an address that the other end made up.
  said = said.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const cause = CAUSES.find(([pattern]) => pattern.test(said))
  // Of several lines the one that tells the cause; git's last one is often but "could not read".
  const line =
    lines.find((one) => cause?.[0].test(one) === true) ??
    lines.findLast((one) => /^(?:fatal|error):/.test(one)) ??
    lines.at(-1) ??
    'git gave no reason'
  const quote = line
    .replaceAll(CONTROL, ' ')
    .replace(/^(?:fatal|error): /, '')
    .trim()
    .slice(0, MAX_QUOTE)
  return cause === undefined ? quote : `${cause[1]} (${quote.replace(/\.$/, '')})`
}

/** Whether a fresh start may help: git failed for none of the reasons that lie at the other end. */
export function mayBeOurs(error: unknown): boolean {
  return (
    error instanceof GitFailed &&
    error.kind === 'exit' &&
    !CAUSES.some(([pattern]) => pattern.test(error.stderr))
  )
}

/** As an error of the catalogue. */
export function failureOf(
  error: unknown,
  name: string,
  timeoutMs: number,
  secrets: readonly string[],
): ArrestorError {
  if (error instanceof ArrestorError) return error
  if (error instanceof GitFailed)
    return new ArrestorError('ARR-603', { name, why: whyOf(error, timeoutMs, secrets) }, error)
  const why =
    error instanceof Error ? error.message.replaceAll(CONTROL, ' ').slice(0, MAX_QUOTE) : 'a fault of ours'
  return new ArrestorError('ARR-603', { name, why }, error)
}
