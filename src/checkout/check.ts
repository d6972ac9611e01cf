// For `doctor`: whether a repository of runbooks can be read from here, without fetching anything.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeAuthorities } from './authorities.ts'
import type { GitSource } from './config.ts'
import { checkGit, gitEnvironment } from './git.ts'
import { failureOf } from './reason.ts'
import { LIMITS, createRemote, resolveRef, secretsOf } from './remote.ts'

export interface SourceCheckOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A private certificate authority, as PEM. */
  readonly ca: string | undefined
  readonly timeoutMs: number
}

/** One sentence about what is there, or throws ARR-602, ARR-603, ARR-604. */
export async function checkSource(source: GitSource, options: SourceCheckOptions): Promise<string> {
  const { environment, ca, timeoutMs } = options
  const home = await mkdtemp(path.join(tmpdir(), 'arrestor-doctor-'))
  try {
    const signal = AbortSignal.timeout(timeoutMs * 2)
    const caFile = await writeAuthorities(home, ca)
    const git = await checkGit(gitEnvironment({ environment, home, allow: 'none' }), signal)
    const limits = { ...LIMITS, timeoutMs }
    const { name, id } = await resolveRef(createRemote(source, { environment, home, caFile, limits, signal }))
    return name === id
      ? `pinned to ${id.slice(0, 12)}, git ${git}`
      : `${name} is at ${id.slice(0, 12)}, git ${git}`
  } catch (error) {
    throw failureOf(error, source.name, timeoutMs, secretsOf(source))
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
