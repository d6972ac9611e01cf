// The `arrestor` command as people run it: in a process of its own, or, where only its words matter, in this one.
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { vi } from 'vitest'
import { runCli } from '../../src/cli/program.ts'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** All there is in the environment beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>
}

const ROOT = path.join(import.meta.dirname, '../..')
const bare = (env: RunOptions['env']): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  NO_COLOR: '1',
  ...env,
})

/** Runs the command in a process of its own to its end. */
export async function arrestorProcess(
  args: readonly string[],
  options: RunOptions & { input?: string; cwd?: string; main?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(ROOT, options.main ?? 'src/cli.ts'), ...args], {
    cwd: options.cwd ?? ROOT,
    // Node keeps there what it made of the sources: half the time of each further start.
    env: { NODE_COMPILE_CACHE: path.join(tmpdir(), 'arrestor-test-compiled'), ...bare(options.env) },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  child.stdin.end(options.input ?? '')
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { code, stdout, stderr }
}

/** Thrown where the command would have left the process. */
class Left extends Error {}

/** Runs the command in this process: the same verbs, words and exit codes, without a second to start. */
export async function arrestor(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []]
  const before = process.env
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: unknown) => void out.push(`${String(text)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: unknown) => void err.push(`${String(text)}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0),
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      process.exitCode ??= Number(code ?? 0)
      throw new Left()
    }),
  ]
  process.env = bare(options.env)
  process.exitCode = undefined
  try {
    await runCli([process.execPath, 'arrestor', ...args])
  } catch (error) {
    if (!(error instanceof Left)) throw error
  } finally {
    process.env = before
    for (const spy of spies) spy.mockRestore()
  }
  const { exitCode } = process as { exitCode?: number | undefined }
  process.exitCode = undefined
  return { code: exitCode ?? 0, stdout: out.join(''), stderr: err.join('') }
}

/** A stack trace is for us, never for whoever runs the command. */
export const STACK = /\n\s+at .+[:(]\d+:\d+|node:internal|\.ts:\d+:\d+\)/
