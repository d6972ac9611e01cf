// The live verbs speak to the service's API: an embedded store has one owner, and that is the service.
import axios from 'axios'
import type * as z from 'zod'
import { ArrestorError, reasonOf } from '../errors.ts'

export interface ApiAccess {
  readonly url: string
  readonly token: string
}

/** Where the service is and with which token, from ARRESTOR_URL and ARRESTOR_TOKEN. */
export function apiAccess(environment: Readonly<Record<string, string | undefined>>): ApiAccess {
  return {
    url: (environment['ARRESTOR_URL'] ?? 'http://127.0.0.1:3000').replace(/\/+$/, ''),
    token: environment['ARRESTOR_TOKEN'] ?? '',
  }
}

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** One request. Throws ARR-701 when the service does not answer and ARR-702 when it refuses the token. */
export async function call(
  access: ApiAccess,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  try {
    const answer = await axios.request<unknown>({
      method,
      url: `${access.url}${path}`,
      data: body,
      timeout: 15_000,
      validateStatus: () => true,
      maxRedirects: 0,
      headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
    })
    if (answer.status === 401) throw new ArrestorError('ARR-702')
    return { status: answer.status, body: answer.data }
  } catch (error) {
    if (error instanceof ArrestorError) throw error
    throw new ArrestorError('ARR-701', { url: access.url, why: reasonOf(error) }, error)
  }
}

/** What the service answered, by its schema. Throws ARR-704 for a refusal, ARR-701 for what is no answer of ours. */
export function understood<T extends z.ZodType>(access: ApiAccess, answer: ApiAnswer, schema: T): z.infer<T> {
  if (answer.status < 200 || answer.status > 299)
    throw new ArrestorError('ARR-704', {
      url: access.url,
      status: String(answer.status),
      why: saidIn(answer),
    })
  const read = schema.safeParse(answer.body)
  if (read.success) return read.data
  const why = 'what answers there is not Arrestor, or one of another version'
  throw new ArrestorError('ARR-701', { url: access.url, why })
}

/** Our own answers explain themselves in `error`; of anything else the status must do. */
function saidIn({ body }: ApiAnswer): string {
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof said === 'string' ? said : 'without saying why'
}
