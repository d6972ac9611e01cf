// The extension point for platforms: one kind of Spark installation, how it is configured, its reader and writer.
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type * as z from 'zod'
import type { PlatformReader, PlatformWriter, ReadCapability } from '../ports.ts'
import type { Gate } from './http/gate.ts'
import type { Tokens } from './kerberos/token-ask.ts'

/** What the composition gives to every platform. */
export interface PlatformDeps {
  /** Strips from an application's name what changes from run to run, so that it can be compared with a run's job name. */
  readonly normaliseJobName: (name: string) => string
  /** For a proxy or a private certificate authority. */
  readonly httpAgent?: HttpAgent
  readonly httpsAgent?: HttpsAgent
  /** The platform's budget and shared answers; every request of a reader goes through it (`http/request.ts` does so). */
  readonly gate?: Gate
  /** The same for the Prometheus beside it, which is another server. */
  readonly metricsGate?: Gate
  /** Where Kerberos tokens come from, in place of the system's. */
  readonly kerberos?: Tokens
}

export interface Platform {
  readonly reader: PlatformReader
  /** Null where the configuration allows no action: then none is offered. */
  readonly writer: PlatformWriter | null
}

export interface PlatformKind<Config = unknown> {
  /** As `kind` in arrestor.yml, and the name of the folder. */
  readonly kind: string
  readonly config: z.ZodType<Config>
  /** What its readers can answer at most; lint holds probes against it. */
  readonly reads: readonly ReadCapability[]
  create(name: string, config: Config, deps: PlatformDeps): Platform
}

/** How most kinds are made: a reader always, and a writer where the configuration allows an action at all. */
export function createWith<Config extends { readonly actions: readonly string[] }>(
  createReader: (name: string, config: Config, deps: PlatformDeps) => PlatformReader,
  createWriter: (name: string, config: Config, deps: PlatformDeps) => PlatformWriter,
): PlatformKind<Config>['create'] {
  return (name, config, deps) => ({
    reader: createReader(name, config, deps),
    writer: config.actions.length === 0 ? null : createWriter(name, config, deps),
  })
}
