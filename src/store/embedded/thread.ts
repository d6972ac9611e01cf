// The main thread's side of the embedded database: starts its thread, asks, and turns its end into a reason.
import { Worker } from 'node:worker_threads'
import type { BootReport, FromWorker, ToWorker, WorkerOptions } from './protocol.ts'

type Ask =
  | { kind: 'rollback' }
  | { kind: 'dump' }
  | { kind: 'fsyncs' }
  | { kind: 'close' }
  | { kind: 'wire'; bytes: Uint8Array }

export interface DatabaseThread {
  readonly report: BootReport
  ask(request: Ask): Promise<{ bytes: Uint8Array; count: number }>
  /** Resolves with a reason when the thread ends, whether asked to or not. */
  readonly ended: Promise<string>
  terminate(): Promise<void>
}

interface Waiting {
  resolve(answer: { bytes: Uint8Array; count: number }): void
  reject(error: Error): void
}

/** Source runs as .ts, the package as .js; the thread's file is named like this one. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/** Starts the thread and waits until the cluster is open; rejects with a one-line reason when it cannot be. */
export async function startThread(options: WorkerOptions): Promise<DatabaseThread> {
  // PGlite prints to the terminal by itself; nothing of it may reach ours.
  const worker = new Worker(WORKER, {
    workerData: options,
    stdout: true,
    stderr: true,
    name: 'arrestor-store',
  })
  worker.stdout.resume()
  worker.stderr.resume()
  const waiting = new Map<number, Waiting>()
  let next = 1
  let over: string | undefined
  const ended = new Promise<string>((resolve) => {
    const end = (why: string): void => {
      over ??= why
      for (const one of waiting.values()) one.reject(new Error(over))
      waiting.clear()
      resolve(over)
    }
    worker.on('error', (error: Error) =>
      end(`the database's thread failed: ${(error.message.split('\n')[0] ?? '').slice(0, 300)}`),
    )
    worker.on('exit', (code) => end(`the database's thread ended with code ${code}`))
  })

  const report = await new Promise<BootReport>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'ready':
          return resolve(message.report)
        case 'failed':
          void worker.terminate()
          return reject(new Error(message.why))
        case 'done':
          waiting.get(message.id)?.resolve(message)
          waiting.delete(message.id)
          return undefined
        case 'refused':
          waiting.get(message.id)?.reject(new Error(message.why))
          waiting.delete(message.id)
          return undefined
      }
    })
    void ended.then((why) => reject(new Error(why)))
  })

  return {
    report,
    ended,
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (over !== undefined) return reject(new Error(over))
        const id = next++
        waiting.set(id, { resolve, reject })
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        return worker.postMessage({ ...request, id } satisfies ToWorker)
      }),
    terminate: async () => {
      await worker.terminate()
    },
  }
}
