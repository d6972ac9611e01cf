// A Prometheus of a few lines on a free port: it answers what a test tells it to, and remembers what it was asked.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'

export interface Asked {
  readonly method: string
  readonly path: string
  /** Of the body or of the query string. */
  readonly form: Readonly<Record<string, string>>
  readonly authorization: string | undefined
}

/** `destroy` ends the connection without an answer, `hang` never gives one. */
export type Reply =
  | { readonly status?: number; readonly type?: string; readonly body: string; readonly location?: string }
  | 'destroy'
  | 'hang'

export interface FakePrometheus {
  readonly url: string
  readonly asked: Asked[]
  reply: (asked: Asked) => Reply
  close(): Promise<void>
}

export type Labels = Readonly<Record<string, string>>
export type Value = number | 'NaN' | '+Inf' | '-Inf'

const json = (value: unknown, status = 200): Reply => ({ status, body: JSON.stringify(value) })

export function success(data: unknown, more: Readonly<Record<string, unknown>> = {}): Reply {
  return json({ status: 'success', data, ...more })
}

export function failure(errorType: string, error: string, status = 400): Reply {
  return json({ status: 'error', errorType, error }, status)
}

/** An instant vector at the time asked for. */
export function vector(series: readonly (readonly [Labels, Value])[]): (asked: Asked) => Reply {
  return ({ form }) =>
    success({
      resultType: 'vector',
      result: series.map(([metric, value]) => ({ metric, value: [Number(form['time']), String(value)] })),
    })
}

/** Series whose values are spread evenly over the range asked for; null leaves a hole. */
export function matrix(
  series: readonly (readonly [Labels, readonly (Value | null)[]])[],
): (asked: Asked) => Reply {
  return ({ form }) => {
    const [start, end] = [Number(form['start']), Number(form['end'])]
    return success({
      resultType: 'matrix',
      result: series.map(([metric, values]) => ({
        metric,
        values: values.flatMap((value, i) =>
          value === null
            ? []
            : [[start + ((end - start) * i) / Math.max(1, values.length - 1), String(value)]],
        ),
      })),
    })
  }
}

/** Instant queries get these values, range queries these histories. */
export function metricsOf(
  now: readonly (readonly [Labels, Value])[],
  history: readonly (readonly [Labels, readonly (Value | null)[]])[],
): (asked: Asked) => Reply {
  return (asked) => {
    if (asked.path.endsWith('/buildinfo')) return success({ version: '3.1.0', revision: 'abc' })
    return asked.path.endsWith('/query_range') ? matrix(history)(asked) : vector(now)(asked)
  }
}

export async function startPrometheus(reply: FakePrometheus['reply'] = vector([])): Promise<FakePrometheus> {
  const fake = { url: '', asked: [] as Asked[], reply }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://prometheus')
      const asked: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        form: Object.fromEntries(new URLSearchParams(body === '' ? url.search : body)),
        authorization: request.headers.authorization,
      }
      fake.asked.push(asked)
      const answer = fake.reply(asked)
      if (answer === 'hang') return
      if (answer === 'destroy') {
        request.socket.destroy()
        return
      }
      const { status = 200, type = 'application/json', location } = answer
      response.writeHead(status, { 'content-type': type, ...(location === undefined ? {} : { location }) })
      response.end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  fake.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return Object.assign(fake, {
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
