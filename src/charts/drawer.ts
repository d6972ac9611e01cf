// Draws charts in a thread of its own, which is started when one is wanted and ended when none has been for a while.
import { Worker } from 'node:worker_threads'
import type { Chart } from '../diagnosis/chart/model.ts'

export interface ToDraw {
  readonly id: number
  readonly chart: Chart
}
export type Drawn =
  { readonly id: number; readonly png: Uint8Array } | { readonly id: number; readonly why: string }

export interface Drawer {
  /** A PNG. Rejects, saying why, where it cannot be drawn or takes longer than ten seconds. */
  draw(chart: Chart): Promise<Uint8Array>
  /** Ends the thread; what is being drawn is rejected. */
  close(): Promise<void>
}

/**
 * Drawing takes 0.1 to 0.3 s of processor time, in which nothing else would be answered, and its libraries hold some
 * 60 MB: so a thread, and not for longer than it is of use.
 */
const IDLE_MS = 30_000
const PATIENCE_MS = 10_000

/** Source runs as .ts, the package as .js; the thread's file is named like this one. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

interface Waiting {
  readonly resolve: (png: Uint8Array) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  idle: NodeJS.Timeout | undefined
}

/** `start` is for tests. */
export function createDrawer(
  idleMs = IDLE_MS,
  patienceMs = PATIENCE_MS,
  start: () => Worker = startWorker,
): Drawer {
  let thread: Thread | null = null
  let next = 0

  function open(): Thread {
    const opened: Thread = { worker: start(), waiting: new Map(), idle: undefined }
    opened.worker.on('message', (drawn: Drawn) => {
      const one = opened.waiting.get(drawn.id)
      if (one === undefined) return
      settled(opened, drawn.id, one)
      if ('png' in drawn) one.resolve(drawn.png)
      else one.reject(new Error(drawn.why))
    })
    opened.worker.on('error', (error: Error) => end(opened, `the drawing thread failed: ${firstLine(error)}`))
    opened.worker.on('exit', () => end(opened, 'the drawing thread ended'))
    return opened
  }

  function settled(of: Thread, id: number, { timer }: Waiting): void {
    clearTimeout(timer)
    of.waiting.delete(id)
    if (of.waiting.size > 0) return
    of.worker.unref()
    of.idle = setTimeout(() => end(of, 'idle'), idleMs).unref()
  }

  /** A thread that has failed, hangs or is idle is not used again; the next picture starts another one. */
  function end(of: Thread, why: string): void {
    if (thread === of) thread = null
    clearTimeout(of.idle)
    for (const { reject, timer } of of.waiting.values()) {
      clearTimeout(timer)
      reject(new Error(why))
    }
    of.waiting.clear()
    void of.worker.terminate()
  }

  return {
    draw: (chart) =>
      new Promise((resolve, reject) => {
        const of = (thread ??= open())
        clearTimeout(of.idle)
        of.worker.ref()
        const id = next++
        const timer = setTimeout(() => end(of, `not drawn within ${patienceMs / 1000} s`), patienceMs)
        of.waiting.set(id, { resolve, reject, timer })
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        of.worker.postMessage({ id, chart } satisfies ToDraw)
      }),
    close: async () => {
      const of = thread
      if (of === null) return
      end(of, 'the service stops')
      await of.worker.terminate()
    },
  }
}

function startWorker(): Worker {
  const worker = new Worker(THREAD, {
    name: 'arrestor-charts',
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  })
  // What libraries print must not stand in our log.
  worker.stdout.resume()
  worker.stderr.resume()
  return worker
}

function firstLine({ message }: Error): string {
  return (message.split('\n')[0] ?? '').slice(0, 300)
}
