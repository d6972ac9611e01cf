// The process that speaks Kerberos, started with nothing of ours that it has no use for.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Source runs as .ts, the package as .js; the other file is named like this one. */
const CHILD = new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url)

/** What MIT Kerberos and the loader read. Our own secrets are variables, too, and NODE_OPTIONS is of our process (P12). */
const KEPT = /^(?:KRB5\w*|LD_\w+|PATH|HOME|TZ)$/

/** `file` and `environment` are for tests. */
export function startChild(
  file: URL = CHILD,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ChildProcess {
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => KEPT.test(name)))
  // What libraries print must not stand in our log.
  return fork(fileURLToPath(file), [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}
