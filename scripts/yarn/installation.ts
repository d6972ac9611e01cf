// Whether YARN is installed on this machine, and where; install.sh puts it there.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

export interface YarnInstallation {
  /** As Hadoop says it, for example `3.4.2`. */
  readonly version: string
  /** The jars of its daemons. */
  readonly jars: string
}

/** What to do when it is absent, in one sentence. */
export const HOW_TO_INSTALL =
  'YARN is not installed: run scripts/yarn/install.sh (mvn and Java 17 are needed)'

/** The installation, or null when install.sh has not finished it. */
export function findYarn(): YarnInstallation | null {
  const home = process.env['ARRESTOR_YARN_CACHE'] ?? path.join(homedir(), '.cache', 'arrestor', 'yarn')
  const marker = path.join(home, '.installed')
  if (!existsSync(marker)) return null
  return { version: readFileSync(marker, 'utf8').trim(), jars: path.join(home, 'jars') }
}
