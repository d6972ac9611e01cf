// The error envelope of the REST API.
import type { Reply } from './http.ts'

/** `{error: {message, code, errors}}` under a status. Route handlers may return it or throw it. */
export function failure(status: number, code: number, message: string, errors: string[] = []): Reply {
  return { status, body: { error: { message, code, errors } } }
}

/** The reply that was thrown, or undefined when something else was. */
export function restError(error: unknown): Reply | undefined {
  const thrown = error as Partial<Reply> | null
  return typeof thrown?.status === 'number' && 'body' in thrown ? (thrown as Reply) : undefined
}
