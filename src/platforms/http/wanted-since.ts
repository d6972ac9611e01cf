// How old the shared answers are, or may be, of all requests that one question to a reader leads to.
import { AsyncLocalStorage } from 'node:async_hooks'

interface Question {
  /** Instants of `performance.now()`. */
  readonly wanted: number | undefined
  oldest: number
}

// What lies between a reader's method and its requests differs from kind to kind; none of it decides this.
const questions = new AsyncLocalStorage<Question>()

/** Does `work` with no shared answer but those begun after `instant`, of `performance.now()`. */
export function answeredSince<T>(instant: number, work: () => Promise<T>): Promise<T> {
  return questions.run({ wanted: instant, oldest: Number.POSITIVE_INFINITY }, work)
}

/** Does `work`; `oldest` is when the oldest shared answer in it was begun, Infinity where it asked everything itself. */
export async function withOldest<T>(
  work: () => Promise<T>,
): Promise<{ readonly answer: T; readonly oldest: number }> {
  const question: Question = { wanted: undefined, oldest: Number.POSITIVE_INFINITY }
  const answer = await questions.run(question, work)
  return { answer, oldest: question.oldest }
}

/** The instant of the `answeredSince` that this runs in; undefined where any shared answer will do. */
export function wantedSince(): number | undefined {
  return questions.getStore()?.wanted
}

/** For who hands out shared answers: one that was begun at this instant was taken. */
export function tookShared(begunAt: number): void {
  const question = questions.getStore()
  if (question !== undefined) question.oldest = Math.min(question.oldest, begunAt)
}
