// Who we are to an API server: address, TLS and a fresh credential for each request, by Kubernetes' own client library.
import type { RequestOptions } from 'node:https'
import type { Agent } from 'node:http'
import type { KubeConfig } from '@kubernetes/client-node'
import { ArrestorError, reasonOf } from '../../errors.ts'
import type { Auth } from './config.ts'

export interface Connection {
  /** Address of the API server, without a slash at its end. */
  readonly server: string
  readonly headers: Readonly<Record<string, string>>
  /** Carries the certificate authority, a client certificate, and the kubeconfig's proxy. */
  readonly agent: Agent | undefined
}

export interface Connections {
  /** Throws ARR-501 where the credential cannot be had (a file, a context, a plugin), within its time. */
  get(signal: AbortSignal): Promise<Connection>
  /** The last credential was refused: the next is made from what the files say then. */
  refused(): void
}

/** Files are looked at again so often: certificates and authorities are rotated too. */
const KEEP_MS = 600_000
/** An exec plugin that asks a cloud takes seconds; one that waits for a browser never ends. */
const CREDENTIAL_MS = 15_000

/**
 * Of @kubernetes/client-node (2.0.1, read) KubeConfig alone is used. Its generated API calls take an abort signal but
 * no timeout, follow redirects (undici's fetch), and read an answer of any size into memory, so the calls are made by
 * our own bounded client. KubeConfig reads files synchronously and starts exec plugins without a limit of time: they
 * are waited for so long and no longer, and one at a time. The library is loaded when first needed, for it takes 80 MB.
 */
export function createConnections(platform: string, auth: Auth): Connections {
  let loaded: { readonly at: number; readonly config: KubeConfig } | null = null
  let under: Promise<Connection> | null = null

  async function load(): Promise<KubeConfig> {
    if (loaded !== null && performance.now() - loaded.at < KEEP_MS) return loaded.config
    const { KubeConfig: Loader } = await import('@kubernetes/client-node')
    const config = new Loader()
    fill(config, auth)
    loaded = { at: performance.now(), config }
    return config
  }

  async function connect(): Promise<Connection> {
    const config = await load()
    const cluster = config.getCurrentCluster()
    if (cluster === null || !URL.canParse(cluster.server))
      throw new Error('the kubeconfig names no cluster in that context')
    // The library refuses http unless TLS is not verified anyway; over http there is none.
    if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true })
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        String(value).trim(),
      ]),
    )
    if (typeof options.auth === 'string')
      headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
    return {
      server: cluster.server.replace(/\/+$/, ''),
      headers,
      agent: typeof options.agent === 'object' ? options.agent : undefined,
    }
  }

  return {
    async get(signal) {
      signal.throwIfAborted()
      under ??= connect().finally(() => (under = null))
      try {
        return await within(under, signal)
      } catch (error) {
        loaded = null
        throw new ArrestorError('ARR-501', { platform, url: whereOf(auth), why: whyNot(error, signal) })
      }
    },
    refused() {
      loaded = null
    },
  }
}

function fill(config: KubeConfig, auth: Auth): void {
  switch (auth.type) {
    case 'in_cluster':
      if (process.env['KUBERNETES_SERVICE_HOST'] === undefined)
        throw new Error('KUBERNETES_SERVICE_HOST is not set: this is not a pod')
      config.loadFromCluster()
      return
    case 'kubeconfig':
      config.loadFromFile(auth.path)
      if (auth.context !== undefined) config.setCurrentContext(auth.context)
      return
    case 'token':
      config.loadFromClusterAndUser(
        {
          name: 'server',
          server: auth.server,
          skipTLSVerify: false,
          ...(auth.ca_file === undefined ? {} : { caFile: auth.ca_file }),
          ...(auth.tls_server_name === undefined ? {} : { tlsServerName: auth.tls_server_name }),
        },
        {
          name: 'user',
          ...(auth.token === undefined ? {} : { token: auth.token }),
          ...(auth.token_file === undefined
            ? {}
            : { authProvider: { name: 'tokenFile', config: { tokenFile: auth.token_file } } }),
        },
      )
  }
}

/** What a promise gives, unless the time of the asker or of credentials is up before. */
async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CREDENTIAL_MS)])
  let stop = (): void => {}
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('there was no time left to get a credential'))
    limit.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, stopped])
  } finally {
    limit.removeEventListener('abort', stop)
  }
}

function whereOf(auth: Auth): string {
  if (auth.type === 'token') return auth.server
  return auth.type === 'kubeconfig' ? auth.path : 'in_cluster'
}

/** Parsers of YAML and plugins quote what they read, and that is a credential: only files and the system are quoted. */
function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'there was no time left'
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'YAMLException') return 'the kubeconfig is not valid YAML'
  if (code !== undefined)
    return `its credential cannot be read (${code}: ${pathOf(error) ?? reasonOf(error)})`
  const reason = reasonOf(error)
  return /^(?:the |there |KUBERNETES_SERVICE_HOST|clusters\[|users\[|contexts\[)/.test(reason)
    ? reason
    : 'the plugin that its kubeconfig names for a credential failed'
}

function pathOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).path
}
