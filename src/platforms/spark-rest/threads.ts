// Thread dumps from /api/v1: what one executor, or the driver, does at this instant.
import * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import type { SparkThread } from '../../ports.ts'
import type { Place } from './application.ts'

/** A frame is one line in 3.5; in 4.x it has further lines on the locks that it holds or waits for. */
const threadSchema = z.object({
  threadId: z.number(),
  threadName: z.string(),
  threadState: z.string(),
  stackTrace: z.object({ elems: z.array(z.string()).default([]) }),
  blockedByThreadId: z.number().optional(),
  /** Empty where it waits for none. */
  blockedByLock: z.string().default(''),
})

/**
 * The threads of `driver` or of an executor by its number; null of one that is not there (404), has ended, or is no
 * number (400), and at a History Server, which has none to tell (503). Throws ARR-501, ARR-502 as its client does.
 */
export async function readThreads(
  { client, path }: Place,
  executorId: string,
  signal: AbortSignal,
): Promise<SparkThread[] | null> {
  if (executorId !== 'driver' && !/^\d{1,9}$/.test(executorId)) return null
  const threads = await answered(
    client.json(`${path}/executors/${executorId}/threads`, z.array(threadSchema), signal),
  )
  if (threads === null) return null
  return threads.map((one) => ({
    id: one.threadId,
    name: one.threadName,
    state: one.threadState,
    stack: one.stackTrace.elems.flatMap(frames),
    blockedBy: one.blockedByThreadId ?? null,
    lock: one.blockedByLock === '' ? null : one.blockedByLock,
  }))
}

/** `Executor is not active.` comes with 400, which is an answer; the client takes it for something else than Spark's. */
async function answered<T>(asked: Promise<T | null>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ArrestorError && error.code === 'ARR-502' && /it answers 400/.test(error.message))
      return null
    throw error
  }
}

/** Without the module that Java puts before a frame (`java.base@17.0.15/`, `app//`) and with its locks behind it. */
function frames(element: string): string[] {
  const [frame = '', ...locks] = element
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (frame === '') return []
  const bare = frame.replace(/^(?:app\/\/|[\w.]+(?:@[\w.+-]+)?\/)/, '')
  return [bare, ...locks.map((lock) => lock.replace(/^-\s+/, '- '))]
}
