// Starts the writer as a process of its own and listens to what it has committed.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'

export interface Writer {
  readonly pid: number
  /** What it has said so far, without the first line. */
  readonly acknowledged: readonly string[]
  /** Its first line: `open <pid>` or `failed <why>`. */
  readonly first: Promise<string>
  /** Resolves when so many rows have been acknowledged. */
  reached(count: number): Promise<void>
  /** SIGKILL; resolves when it is gone and everything it said has been read. */
  kill(): Promise<void>
}

/** `where` is a data directory or a `postgres:` URL. */
export function startWriter(where: string, mode: 'write' | 'hold' | 'checkpoints' = 'write'): Writer {
  const program = path.join(import.meta.dirname, 'writer.ts')
  const child = spawn(process.execPath, [program, where, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const first = Promise.withResolvers<string>()
  let opened = false
  const lines = createInterface({ input: child.stdout })
  const ended = new Promise<void>((resolve) => {
    lines.once('close', resolve)
  })
  lines.on('line', (line) => {
    if (opened) acknowledged.push(line)
    opened = true
    first.resolve(line)
    for (const one of waiting) if (acknowledged.length >= one.count) one.resolve()
  })
  void ended.then(() => first.resolve('ended without a word'))
  return {
    pid: child.pid ?? 0,
    acknowledged,
    first: first.promise,
    reached: (count) =>
      new Promise((resolve, reject) => {
        if (acknowledged.length >= count) resolve()
        else waiting.push({ count, resolve })
        void ended.then(() => reject(new Error(`the writer ended after ${acknowledged.length} rows`)))
      }),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
