// A program as a real process: its words kept, its whole group ended, nothing left behind.
import { type ChildProcess, spawn } from 'node:child_process'

export interface Running {
  readonly pid: number
  /** Everything it has said so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  readonly hasEnded: () => boolean
  /** To the whole group, as a terminal does; a group that is gone is left alone. */
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL to what is still there after ten seconds. */
  stop(): Promise<number | string>
}

const STOP_MS = 10_000

/** Every process of this test file that may still run; ended if the test process itself is. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL')
})

export interface StartOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Starts it in a process group of its own. */
export function start(program: string, args: readonly string[], options: StartOptions): Running {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.add(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  let over = false
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone'))
  }).finally(() => {
    over = true
    running.delete(child)
  })
  return {
    pid: child.pid ?? 0,
    stdout: () => out,
    stderr: () => err,
    ended,
    hasEnded: () => over,
    signal: (name) => signalGroup(child, name),
    async stop() {
      if (over) return await ended
      signalGroup(child, 'SIGTERM')
      const hard = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_MS)
      const code = await ended
      clearTimeout(hard)
      signalGroup(child, 'SIGKILL')
      return code
    },
  }
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // The group is gone already: that is what was wanted.
  }
}
