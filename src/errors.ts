// The catalogue of failures a person can meet: a code, what happened, and the mend. Codes are never reused.

/** Whose fault a failure is: the person who configured us, the system at the other end, or us. */
export type Fault = 'user' | 'theirs' | 'ours'

interface Entry {
  readonly fault: Fault
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** What happened; `{name}` is filled from the details. */
  readonly what: string
  /** What to do about it. */
  readonly mend: string
}

export const CATALOGUE = {
  'ARR-101': {
    fault: 'user',
    retryable: false,
    what: 'The configuration is not usable:\n{problems}',
    mend: 'Mend the lines named above; arrestor.example.yml shows every key.',
  },
  'ARR-102': {
    fault: 'user',
    retryable: false,
    what: 'The configuration file {file} cannot be read: {why}.',
    mend: 'Copy arrestor.example.yml to arrestor.yml, or name another file with --config or ARRESTOR_CONFIG.',
  },
  'ARR-103': {
    fault: 'user',
    retryable: false,
    what: 'The environment variable {name} is missing, and {wanted_by} needs it.',
    mend: 'Set {name}, or {name}_FILE to the path of a mounted file that holds it.',
  },
  'ARR-104': {
    fault: 'user',
    retryable: false,
    what: 'This Node is {version}; Arrestor needs 24.15 or newer.',
    mend: 'Start it with `npm start` (npm ci installs a fitting Node beside it), or install Node 24.15 or newer.',
  },
  'ARR-201': {
    fault: 'theirs',
    retryable: true,
    what: 'The database cannot be reached: {why}.',
    mend: 'Check DATABASE_URL and that PostgreSQL 15 or newer is running; unset DATABASE_URL to use the embedded store.',
  },
  'ARR-202': {
    fault: 'user',
    retryable: false,
    what: 'The data directory {dir} is in use by another process.',
    mend: 'Stop the other Arrestor, give this one its own ARRESTOR_DATA_DIR, or set DATABASE_URL so that replicas can share.',
  },
  'ARR-203': {
    fault: 'user',
    retryable: false,
    what: 'The data directory {dir} cannot be used: {why}.',
    mend: 'Give ARRESTOR_DATA_DIR a local directory that this user may write to (not NFS) with 1 GB of memory to spare.',
  },
  'ARR-204': {
    fault: 'ours',
    retryable: true,
    what: 'A migration failed: {why}.',
    mend: 'Nothing was changed (it was rolled back). Start the previous version again and report this.',
  },
  'ARR-205': {
    fault: 'user',
    retryable: false,
    what: 'The database was migrated by a newer Arrestor ({found}); this one knows up to {known}.',
    mend: 'Start the newer version, or restore a backup made before the upgrade.',
  },
  'ARR-206': {
    fault: 'ours',
    retryable: true,
    what: 'The embedded database stopped: {why}.',
    mend: 'Start Arrestor again: everything that was answered 2xx is on disk. If it happens again, give it 1 GB of memory or set DATABASE_URL.',
  },
  'ARR-301': {
    fault: 'theirs',
    retryable: true,
    what: 'Slack cannot be reached at {url}: {why}.',
    mend: 'Alerts are still taken and pages still go out; cards follow when Slack answers. Check the network or the proxy.',
  },
  'ARR-302': {
    fault: 'user',
    retryable: false,
    what: 'Slack refuses our token: {error}.',
    mend: 'Reinstall the app from manifest.yml and set SLACK_BOT_TOKEN (xoxb-) and SLACK_APP_TOKEN (xapp-) again.',
  },
  'ARR-303': {
    fault: 'user',
    retryable: false,
    what: 'Slack refuses to post in {channel}: {error}.',
    mend: 'Invite the app to the channel (/invite @Arrestor), or mend the channel of team {team} in arrestor.yml.',
  },
  'ARR-304': {
    fault: 'user',
    retryable: false,
    what: 'Slack refuses files in {channel}: {error}.',
    mend: 'After missing_scope reinstall the app from manifest.yml, which asks for files:write; after a word about the channel invite the app there (/invite @Arrestor); where the upload address does not answer, let the service reach files.slack.com.',
  },
  'ARR-401': {
    fault: 'theirs',
    retryable: true,
    what: 'PagerDuty cannot be reached: {why}.',
    mend: 'The page is kept and retried with the same key until PagerDuty has it; the team’s second route is used meanwhile.',
  },
  'ARR-402': {
    fault: 'user',
    retryable: false,
    what: 'PagerDuty refuses the page of team {team}: {why}.',
    mend: 'Check the routing key of that team: it is the 32-character integration key of an Events API v2 integration.',
  },
  'ARR-501': {
    fault: 'theirs',
    retryable: true,
    what: 'Platform {platform} cannot be reached at {url}: {why}.',
    mend: 'Check the address in arrestor.yml and that this machine may reach it; findings say what they could not see.',
  },
  'ARR-502': {
    fault: 'theirs',
    retryable: false,
    what: 'Platform {platform} answered something unexpected at {url}: {why}.',
    mend: 'Open that address in a browser: a login page or a proxy in front of Spark is the usual cause.',
  },
  'ARR-503': {
    fault: 'ours',
    retryable: false,
    what: 'A read client was asked for {path}, which can change Spark.',
    mend: 'This was refused. Please report it: reads never leave the allow-list.',
  },
  'ARR-504': {
    fault: 'user',
    retryable: false,
    what: 'The Prometheus of platform {platform} refuses the query: {why}.',
    mend: 'Mend the query in the runbook; its page {url} shows what it takes.',
  },
  'ARR-505': {
    fault: 'user',
    retryable: false,
    what: 'The Prometheus of platform {platform} at {url} refuses us: it answers {status}.',
    mend: 'Set or mend platforms.{platform}.prometheus.authorization in arrestor.yml to what its proxy takes; the secret itself belongs in the environment.',
  },
  'ARR-506': {
    fault: 'user',
    retryable: false,
    what: 'Platform {platform} refuses us at {url}: {why}.',
    mend: 'Check the credential of platforms.{platform} in arrestor.yml (expired, revoked, of another workspace?) and that it may see what it was asked for.',
  },
  'ARR-507': {
    fault: 'user',
    retryable: false,
    what: 'Platform {platform} asks for Kerberos, and there is no token for {service} as {principal}: {why}.',
    mend: 'Mend that, or `auth` of platforms.{platform} in arrestor.yml; docs/authentication.md has each cause.',
  },
  'ARR-508': {
    fault: 'user',
    retryable: false,
    what: 'Platform {platform} asks for Kerberos at {url}, which cannot be spoken on this machine: {why}.',
    mend: 'Install what is missing and start again, or have a gateway speak it for us; docs/authentication.md has both.',
  },
  'ARR-601': {
    fault: 'user',
    retryable: false,
    what: 'The runbooks are not usable:\n{problems}',
    mend: 'Run `arrestor runbook lint` and mend the lines named above; until then the last good version of each serves, where there was one.',
  },
  'ARR-602': {
    fault: 'user',
    retryable: true,
    what: 'Runbooks in git repositories cannot be fetched: {why}.',
    mend: 'Install git 2.31 or newer where Arrestor runs (apt-get install git, apk add git); what was fetched before still serves.',
  },
  'ARR-603': {
    fault: 'theirs',
    retryable: true,
    what: 'The runbooks of repository {name} cannot be fetched: {why}.',
    mend: 'What was fetched before still serves. Check the address, the network and the token or key in `runbooks.git` of arrestor.yml.',
  },
  'ARR-604': {
    fault: 'user',
    retryable: true,
    what: 'The repository of runbooks {name} has no {what}.',
    mend: 'What was fetched before still serves. Mend `ref` or `path` in `runbooks.git` of arrestor.yml, or put back what was deleted.',
  },
  'ARR-605': {
    fault: 'user',
    retryable: true,
    what: 'The repository of runbooks {name} is too large: {why}.',
    mend: 'What was fetched before still serves. Keep runbooks in a repository of their own, or name their folder with `path`.',
  },
  'ARR-701': {
    fault: 'user',
    retryable: false,
    what: 'The service does not answer at {url}: {why}.',
    mend: 'Start it with `npm start`, or set ARRESTOR_URL to where it runs.',
  },
  'ARR-702': {
    fault: 'user',
    retryable: false,
    what: 'The service refuses the token.',
    mend: 'Set ARRESTOR_TOKEN to one of the API tokens in arrestor.yml; for `alert send`, ARRESTOR_WEBHOOK_TOKEN to a webhook token.',
  },
  'ARR-703': {
    fault: 'user',
    retryable: false,
    what: 'There is no {kind} "{id}".',
    mend: 'List what there is {list}.',
  },
  'ARR-704': {
    fault: 'user',
    retryable: false,
    what: 'The service at {url} answered {status}: {why}.',
    mend: 'Mend what it names; after a 503 send again in a few seconds.',
  },
  'ARR-705': {
    fault: 'user',
    retryable: false,
    what: 'The file {file} cannot be used: {why}.',
    mend: 'Name a JSON file in Alertmanager’s format, or - for standard input.',
  },
  'ARR-706': {
    fault: 'user',
    retryable: false,
    what: 'The log {file} cannot be read: {why}.',
    mend: 'Name a log file that exists and may be read, or - for standard input.',
  },
  'ARR-707': {
    fault: 'user',
    retryable: false,
    what: '{option} was given {value}.',
    mend: 'Give one of: {known}.',
  },
  'ARR-710': {
    fault: 'user',
    retryable: false,
    what: 'The folder {folder} cannot be read: {why}.',
    mend: 'Name a folder of runbooks, or mend runbooks.folders in arrestor.yml.',
  },
  'ARR-711': {
    fault: 'user',
    retryable: false,
    what: 'The draft was not written to {folder}: {why}.',
    mend: 'Name another folder with --out; nothing that is there was changed.',
  },
  'ARR-901': {
    fault: 'user',
    retryable: false,
    what: 'Port {port} is in use.',
    mend: 'Stop what listens there, or choose another with {choose}.',
  },
} as const satisfies Record<string, Entry>

export type ErrorCode = keyof typeof CATALOGUE

/** A failure with a code of the catalogue; `message` is what a person reads, without a stack. */
export class ArrestorError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string>>

  constructor(code: ErrorCode, details: Record<string, string> = {}, cause?: unknown) {
    super(explain(code, details), cause === undefined ? undefined : { cause })
    this.name = 'ArrestorError'
    this.code = code
    this.details = details
  }

  get fault(): Fault {
    return CATALOGUE[this.code].fault
  }

  get retryable(): boolean {
    return CATALOGUE[this.code].retryable
  }
}

/** The two sentences a person reads: what happened (with its code) and the mend. */
export function explain(code: ErrorCode, details: Readonly<Record<string, string>>): string {
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => details[name] ?? whole)
  const entry = CATALOGUE[code]
  return `${code}: ${fill(entry.what)}\n  ${fill(entry.mend)}`
}

/** What to do about a failure of the catalogue, as one sentence for people; null where it is none of those. */
export function mendOf(error: unknown): string | null {
  return error instanceof ArrestorError ? (error.message.split('\n').at(-1)?.trim() ?? null) : null
}

/** One line for a log or a timeline from anything that was thrown; never a stack. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  if (error instanceof Error)
    return error.message === '' ? error.name : (error.message.split('\n')[0] ?? error.name)
  // pg-boss emits its errors as plain objects that carry the original's message.
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string')
    return error.message.split('\n')[0] ?? ''
  return String(error)
}
