// Thread dumps of a replayed application: those of a real one whose tasks wait for Python, the same for every recording.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import type { Answer } from './recording.ts'

const dumpsSchema = z.object({ driver: z.array(z.unknown()), executor: z.array(z.unknown()) })
const ROOT = path.join(import.meta.dirname, 'threads')
const loaded = new Map<string, z.infer<typeof dumpsSchema>>()

const PLAIN = 'text/plain'

/** What Spark answers of `executors/<id>/threads`, given the executors that it lists; the History Server has none. */
export function threadsAnswer(
  line: string,
  executorId: string,
  executors: readonly { readonly id: string; readonly isActive: boolean }[],
  live: boolean,
): Answer {
  if (!live)
    return { status: 503, type: PLAIN, body: 'Thread dumps not available through the history server.' }
  const dumps = loaded.get(line) ?? dumpsSchema.parse(JSON.parse(readFileSync(path.join(ROOT, `${line}.json`), 'utf8'))) // prettier-ignore
  loaded.set(line, dumps)
  if (executorId === 'driver') return { status: 200, type: 'application/json', body: dumps.driver }
  if (!/^\d+$/.test(executorId))
    return { status: 400, type: PLAIN, body: "Invalid executorId: neither 'driver' nor number." }
  const found = executors.find(({ id }) => id === executorId)
  if (found === undefined) return { status: 404, type: PLAIN, body: 'Executor does not exist.' }
  return found.isActive
    ? { status: 200, type: 'application/json', body: dumps.executor }
    : { status: 400, type: PLAIN, body: 'Executor is not active.' }
}
