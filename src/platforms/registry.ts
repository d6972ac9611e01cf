// Every kind of platform, by the word in arrestor.yml; each has a folder of its own with the same files.
import * as z from 'zod'
import type { ReadCapability } from '../ports.ts'
import type { Platform, PlatformDeps } from './platform.ts'
import { awsSecrets } from './aws/config.ts'
import { databricks } from './databricks/index.ts'
import { dataproc } from './dataproc/index.ts'
import { emr } from './emr/index.ts'
import { emrOnEks } from './emr-on-eks/index.ts'
import { emrServerless } from './emr-serverless/index.ts'
import { authSecrets } from './http/auth.ts'
import { kubernetes } from './kubernetes/index.ts'
import { livy } from './livy/index.ts'
import { prometheusSchema } from './prometheus/config.ts'
import { createMetricsReader } from './prometheus/reader.ts'
import type { HistoryConfig } from './spark-rest/history-client.ts'
import { sparkStandalone } from './spark-standalone/index.ts'
import { yarn } from './yarn/index.ts'

/** Sane for one master or History Server: a diagnosis asks 10 to 30 times, and a page of Spark takes tens of milliseconds. */
const probingSchema = z.strictObject({
  concurrency: z.int().min(1).max(100).default(8).describe('requests under way at a time'),
  per_second: z.int().min(1).max(1000).default(100).describe('requests begun in a second'),
  // By default forty incidents that miss forty names in one list within two seconds have it asked for three times, not forty.
  renew_ms: z
    .int()
    .min(0)
    .max(60_000)
    .default(1000)
    .describe(
      'the least between two askings for a list that incidents share, where one of them misses its run in it',
    ),
})

/** What every kind may have beside what is its own. */
const SHARED = {
  probing: probingSchema
    .prefault({})
    .describe('how much it may be asked, all incidents together; its Prometheus has as much of its own'),
  prometheus: prometheusSchema
    .optional()
    .describe('the Prometheus that watches it; without one, probes of metrics are not run'),
}

/** One platform of arrestor.yml; `kind` says which. */
export const platformConfigSchema = z.discriminatedUnion('kind', [
  sparkStandalone.config.extend(SHARED),
  databricks.config.extend(SHARED),
  yarn.config.extend(SHARED),
  livy.config.extend(SHARED),
  emr.config.extend(SHARED),
  emrServerless.config.extend(SHARED),
  emrOnEks.config.extend(SHARED),
  kubernetes.config.extend(SHARED),
  dataproc.config.extend(SHARED),
])
export type PlatformConfig = z.output<typeof platformConfigSchema>

export const PLATFORM_KINDS: ReadonlySet<string> = new Set([
  sparkStandalone.kind,
  databricks.kind,
  yarn.kind,
  livy.kind,
  emr.kind,
  emrServerless.kind,
  emrOnEks.kind,
  kubernetes.kind,
  dataproc.kind,
])

/** What the readers of each kind can answer. */
export const PLATFORM_READS: ReadonlyMap<string, readonly ReadCapability[]> = new Map<
  string,
  readonly ReadCapability[]
>([
  [sparkStandalone.kind, sparkStandalone.reads],
  [databricks.kind, databricks.reads],
  [yarn.kind, yarn.reads],
  [livy.kind, livy.reads],
  [emr.kind, emr.reads],
  [emrServerless.kind, emrServerless.reads],
  [emrOnEks.kind, emrOnEks.reads],
  [kubernetes.kind, kubernetes.reads],
  [dataproc.kind, dataproc.reads],
])

/** The reader of a configured platform, and its writer where the configuration allows an action. */
export function createPlatform(name: string, config: PlatformConfig, deps: PlatformDeps): Platform {
  const platform = createKind(name, config, deps)
  if (config.prometheus === undefined) return platform
  const { reader } = platform
  const metrics = createMetricsReader(name, config.prometheus, deps)
  return {
    ...platform,
    reader: { ...reader, capabilities: new Set([...reader.capabilities, 'metrics']), metrics },
  }
}

function createKind(name: string, config: PlatformConfig, deps: PlatformDeps): Platform {
  switch (config.kind) {
    case 'spark-standalone':
      return sparkStandalone.create(name, config, deps)
    case 'databricks':
      return databricks.create(name, config, deps)
    case 'yarn':
      return yarn.create(name, config, deps)
    case 'livy':
      return livy.create(name, config, deps)
    case 'emr':
      return emr.create(name, config, deps)
    case 'emr-serverless':
      return emrServerless.create(name, config, deps)
    case 'emr-on-eks':
      return emrOnEks.create(name, config, deps)
    case 'kubernetes':
      return kubernetes.create(name, config, deps)
    case 'dataproc':
      return dataproc.create(name, config, deps)
  }
}

/** Every secret of a platform's configuration, as it stands there and as it is sent, for keeping it out of logs. */
export function platformSecrets(config: PlatformConfig): readonly string[] {
  return [
    ...ownSecrets(config),
    ...(config.prometheus?.authorization === undefined ? [] : [config.prometheus.authorization]),
  ]
}

/** EMR's configuration has YARN's as a part of it. */
function yarnSecrets(
  config: Parameters<typeof authSecrets>[0] & { readonly delegation_token?: string | undefined },
): readonly string[] {
  const { delegation_token: token } = config
  return [...authSecrets(config), ...(token === undefined ? [] : [token])]
}

function historySecrets({ history_auth: auth }: Pick<HistoryConfig, 'history_auth'>): readonly string[] {
  return authSecrets({ auth })
}

function ownSecrets(config: PlatformConfig): readonly string[] {
  switch (config.kind) {
    case 'spark-standalone':
    case 'livy':
      return [...authSecrets(config), ...historySecrets(config)]
    case 'emr':
      return [
        ...awsSecrets(config),
        ...historySecrets(config),
        ...(config.yarn === undefined ? [] : yarnSecrets(config.yarn)),
      ]
    case 'emr-serverless':
    case 'emr-on-eks':
      return awsSecrets(config)
    // Google's own library holds them, out of files and servers that it finds.
    case 'dataproc':
      return []
    case 'yarn':
      return [...yarnSecrets(config), ...historySecrets(config)]
    case 'kubernetes':
      return [config.auth, config.act_auth]
        .map((auth) => (auth?.type === 'token' ? auth.token : undefined))
        .concat(config.history_authorization)
        .filter((secret) => secret !== undefined)
        .concat(historySecrets(config))
        .concat(typeof config.driver_ui === 'string' ? [] : authSecrets({ auth: config.driver_ui.auth }))
    case 'databricks': {
      const { auth, s3 } = config
      const more = s3 === undefined ? [] : awsSecrets(s3)
      if (auth.type === 'token') return [auth.token, ...more]
      return [
        auth.client_secret,
        Buffer.from(`${auth.client_id}:${auth.client_secret}`).toString('base64'),
        ...more,
      ]
    }
  }
}
