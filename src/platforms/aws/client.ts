// A client of one AWS service over its SDK: a closed list of calls, bounded in time and size, errors in our words.
import { Transform, pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import type * as z from 'zod'
import { ArrestorError } from '../../errors.ts'
import { type Gate, NO_PLACE, NO_PLACE_WORDS, OPEN_GATE } from '../http/gate.ts'
import { orAborted } from '../or-aborted.ts'
import type { PlatformDeps } from '../platform.ts'
import type { AwsConfig } from './config.ts'
import { isAbsence, refusalOf } from './refusals.ts'

/** How a service's SDK is loaded and made; loaded when first asked, since it costs memory that an idle service has not. */
export interface Service {
  /** As AWS names it in its addresses, for people. */
  readonly name: string
  load(): Promise<{ readonly sdk: object; readonly Client: new (config: never) => object }>
}

export interface ClientOptions<Name extends string> {
  readonly platform: string
  readonly service: Service
  /** Names of calls without "Command"; the SDK is refused every other by a middleware (P10). */
  readonly calls: readonly Name[]
  /** Reads are asked again while AWS asks to slow down or fails; writes never. */
  readonly reads: boolean
  readonly config: Pick<AwsConfig, 'region' | 'timeout_ms'>
  readonly endpoint: string | undefined
  readonly credentials: Credentials
  readonly deps: PlatformDeps
}

/** Inputs of the calls by name, as the SDK types them. */
export interface AwsClient<Inputs extends object> {
  /** For people: the service's address. */
  readonly url: string
  /**
   * Null where AWS says that there is no such thing. Throws ARR-501, ARR-502, ARR-506; what the SDK threw where `raw`
   * is set: a write tells itself what a lost reply means. A read takes a place of the platform's budget for all its tries;
   * who asks the same a moment later gets the same answer, and must not change it.
   */
  call<Name extends keyof Inputs & string, T>(
    name: Name,
    input: Inputs[Name],
    schema: z.ZodType<T>,
    signal: AbortSignal,
    options?: CallOptions,
  ): Promise<T | null>
  /** The same for an answer that is a stream: `read` to its end by this asker alone, who keeps the place meanwhile. */
  stream<Name extends keyof Inputs & string, T, Read>(
    name: Name,
    input: Inputs[Name],
    schema: z.ZodType<T>,
    signal: AbortSignal,
    read: (answer: T) => Promise<Read>,
    options?: CallOptions,
  ): Promise<Read | null>
}

export interface CallOptions {
  readonly raw?: boolean
  /** For people, where an address says more than the service's. */
  readonly url?: string
}

/** Who we are, asked for at each signing; the SDK keeps and renews what is temporary. */
export type Credentials = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}>

/** Described clusters and lists of a thousand objects are below 1 MB. */
const MAX_BYTES = 16 * 1024 * 1024
const TRIES = 3
/** All tries of one call together, in the time that one may take. */
const PATIENCE = 2
const READS = /^(?:Describe|List|Get)[A-Z]/

interface Sdk {
  send(command: object, options: { abortSignal: AbortSignal }): Promise<unknown>
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: string; name: string; priority: 'high' | 'low' }): void
  }
}
/** One for each call, handed to every middleware. */
interface Context {
  readonly commandName?: string
}
type Handler = (args: unknown) => Promise<{ response: unknown }>
interface Response {
  statusCode: number
  headers: Record<string, string>
  body: Readable
}

export function createAwsClient<Inputs extends object>(
  options: ClientOptions<keyof Inputs & string>,
): AwsClient<Inputs> {
  const { platform, service, config, deps } = options
  const url = options.endpoint ?? `https://${service.name}.${config.region}.amazonaws.com`
  const allowed: ReadonlySet<string> = new Set(
    options.calls.filter((name) => !options.reads || READS.test(name)).map((name) => `${name}Command`),
  )
  /** What AWS said last to a call that is asked again: the reason, where time runs out meanwhile. */
  const failures = new WeakMap<object, unknown>()
  const asked = new WeakMap<Context, object>()
  let made: Promise<{ client: Sdk; sdk: Record<string, unknown> }> | null = null

  function refuse(command: string): never {
    throw new ArrestorError('ARR-503', { path: `${service.name}:${command.replace(/Command$/, '')}` })
  }

  async function make(): Promise<{ client: Sdk; sdk: Record<string, unknown> }> {
    const { sdk, Client } = await service.load()
    const client = new Client({
      region: config.region,
      credentials: options.credentials,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(service.name === 's3'
        ? { forcePathStyle: options.endpoint !== undefined, responseChecksumValidation: 'WHEN_REQUIRED' }
        : {}),
      maxAttempts: options.reads ? TRIES : 1,
      ...(options.reads ? { retryMode: 'adaptive' } : {}),
      requestHandler: {
        connectionTimeout: config.timeout_ms,
        requestTimeout: config.timeout_ms,
        throwOnRequestTimeout: true,
        ...(deps.httpAgent === undefined ? {} : { httpAgent: deps.httpAgent }),
        ...(deps.httpsAgent === undefined ? {} : { httpsAgent: deps.httpsAgent }),
      },
    } as never) as Sdk
    client.middlewareStack.add(
      (next: Handler, context: Context) => (args: { input: object }) => {
        if (!allowed.has(context.commandName ?? '')) refuse(context.commandName ?? 'something unnamed')
        asked.set(context, args.input)
        return next(args)
      },
      { step: 'initialize', name: 'arrestorOnlyThese', priority: 'high' },
    )
    client.middlewareStack.add(
      (next: Handler, { commandName }: Context) =>
        async (args: unknown) => {
          const result = await next(args)
          bound(result.response as Response, commandName === 'GetObjectCommand', (why) => new ArrestorError('ARR-502', { platform, url, why })) // prettier-ignore
          return result
        },
      { step: 'deserialize', name: 'arrestorBounds', priority: 'low' },
    )
    client.middlewareStack.add(
      (next: Handler, context: Context) => async (args: unknown) => {
        try {
          return await next(args)
        } catch (error) {
          // Some middlewares of S3 put a copy of the input in its place.
          failures.set(asked.get(context) ?? context, error)
          throw error
        }
      },
      { step: 'deserialize', name: 'arrestorRemembers', priority: 'high' },
    )
    return { client, sdk: sdk as Record<string, unknown> }
  }

  /** Writes are a person's, few, and wait for nobody; reads take their turn. */
  const gate: Gate = options.reads ? (deps.gate ?? OPEN_GATE) : OPEN_GATE

  function parsedBy<T>(schema: z.ZodType<T>, answer: unknown, at: string): T {
    const parsed = schema.safeParse(answer)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new ArrestorError('ARR-502', {
      platform,
      url: at,
      why: `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not as AWS answers'}`,
    })
  }

  /** One call with all its tries, and what `use` makes of its answer while the place is held; null where there is no such thing. */
  async function send<Used>(
    name: string,
    input: object,
    key: string | null,
    signal: AbortSignal,
    use: (answer: unknown) => Used | Promise<Used>,
    { raw = false, url: at = url }: CallOptions,
  ): Promise<{ readonly used: Used } | null> {
    const place = { platform, url: at }
    try {
      signal.throwIfAborted()
      if (!allowed.has(`${name}Command`)) refuse(name)
      made ??= make()
      // Not on the time of the request, nor in a place that others wait for: the first call loads the SDK.
      const { client, sdk } = await orAborted(made, signal)
      const Command = sdk[`${name}Command`] as new (input: unknown) => object
      return await gate.ask(key, signal, async (within) => {
        const deadline = AbortSignal.any([within, AbortSignal.timeout(config.timeout_ms * PATIENCE)])
        let answer: unknown
        try {
          const sent = client.send(new Command(input), { abortSignal: deadline })
          // The SDK's own waits (for credentials, between tries) do not all heed the signal.
          answer = await orAborted(sent, deadline)
        } catch (error) {
          const outOfTime = !raw && deadline.aborted && !within.aborted
          throw outOfTime ? (failures.get(input) ?? error) : error
        }
        return { used: await use(answer) }
      })
    } catch (error) {
      if (error === NO_PLACE) throw new ArrestorError('ARR-501', { platform, url: at, why: NO_PLACE_WORDS })
      if (raw) throw error
      if (isAbsence(error)) return null
      throw refusalOf(place, error, signal)
    }
  }

  return {
    url,
    async call(name, input, schema, signal, more = {}) {
      const key = JSON.stringify([url, service.name, name, input])
      const sent = await send(name, input as object, key, signal, (answer) => answer, more)
      return sent === null ? null : parsedBy(schema, sent.used, more.url ?? url)
    },
    async stream(name, input, schema, signal, read, more = {}) {
      const use = (answer: unknown): ReturnType<typeof read> =>
        read(parsedBy(schema, answer, more.url ?? url))
      return (await send(name, input as object, null, signal, use, more))?.used ?? null
    },
  }
}

/** Stops what is no answer of AWS, and what is too much of one. Objects are read as far as they are wanted, by who wants them. */
function bound(response: Response, object: boolean, failure: (why: string) => ArrestorError): void {
  const { statusCode, headers, body } = response
  const good = statusCode >= 200 && statusCode < 300
  if (good && /^text\/html\b/i.test(headers['content-type'] ?? '')) {
    body.destroy()
    throw failure('it answers text/html in place of what was asked for')
  }
  if (object && good) return
  const tooMuch = (): ArrestorError => failure(`the answer is larger than ${MAX_BYTES} bytes`)
  if (Number(headers['content-length'] ?? 0) > MAX_BYTES) {
    body.destroy()
    throw tooMuch()
  }
  let seen = 0
  response.body = pipeline(
    body,
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        seen += chunk.length
        done(seen > MAX_BYTES ? tooMuch() : null, chunk)
      },
    }),
    // What fails is told to who reads the end of it.
    () => {},
  )
}
