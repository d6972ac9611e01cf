// A project with one job under way whose output and event log lie in Cloud Storage, its history, and a batch.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Platform } from '../../../src/platforms/platform.ts'
import { platformConfigSchema, createPlatform } from '../../../src/platforms/registry.ts'
import { driverLogs, rolled } from '../aws/logs.ts'
import { createNormaliseJobName } from '../../../src/alerts/job-name.ts'
import { DEPS } from '../support.ts'
import { gunzipSync } from 'node:zlib'
import { type Json, PROJECT, REGION, type StandIn, startGoogle } from './stand-in.ts'

export const JOB = 'orders-daily_20261122_1f3a9c'
export const BATCH = 'refunds-20261122'
export const APP = 'application_1795372654672_0001'
const MINUTE = 60_000
const START = Date.parse('2026-11-22T10:00:00.000Z')
export const iso = (ms: number): string => new Date(ms).toISOString()

export function job(more: Json = {}, id = JOB): Json {
  return {
    reference: { projectId: PROJECT, jobId: id },
    placement: { clusterName: 'etl', clusterUuid: '0d9c' },
    pysparkJob: {
      mainPythonFileUri: 'gs://code/orders.py',
      args: ['--date', '2026-11-22', '--password', 'dose-of-a-secret'],
      properties: { 'spark.app.name': 'orders-daily', 'spark.executor.memory': '4g' },
    },
    status: { state: 'RUNNING', stateStartTime: iso(START + 2 * MINUTE) },
    statusHistory: [
      { state: 'PENDING', stateStartTime: iso(START) },
      { state: 'SETUP_DONE', stateStartTime: iso(START + MINUTE) },
    ],
    yarnApplications: [
      {
        name: 'orders-daily',
        state: 'RUNNING',
        progress: 0.4,
        trackingUrl: `http://etl-m:8088/proxy/${APP}/`,
      },
    ],
    driverOutputResourceUri: `gs://staging/google-cloud-dataproc-metainfo/0d9c/jobs/${id}/driveroutput`,
    scheduling: { maxFailuresPerHour: 2, maxFailuresTotal: 3 },
    jobUuid: '5b1e',
    ...more,
  }
}

export function batch(more: Json = {}): Json {
  return {
    name: `projects/${PROJECT}/locations/${REGION}/batches/${BATCH}`,
    createTime: iso(START),
    pysparkBatch: { mainPythonFileUri: 'gs://code/refunds.py', args: ['--day', '2026-11-22'] },
    runtimeInfo: {
      outputUri: `gs://staging/google-cloud-dataproc-metainfo/b/jobs/srvls-batch-7/driveroutput`,
    },
    state: 'RUNNING',
    stateTime: iso(START + MINUTE),
    stateHistory: [{ state: 'PENDING', stateStartTime: iso(START) }],
    creator: 'etl@acme-data-42.iam.gserviceaccount.com',
    runtimeConfig: { version: '2.2', containerImage: 'eu.gcr.io/acme/etl:7', properties: { 'spark.executor.memory': '4g' } }, // prettier-ignore
    operation: `projects/${PROJECT}/regions/${REGION}/operations/9f1c`,
    ...more,
  }
}

export function cluster(more: Json = {}): Json {
  return {
    projectId: PROJECT,
    clusterName: 'etl',
    status: { state: 'RUNNING', stateStartTime: iso(START) },
    config: {
      masterConfig: { numInstances: 1, machineTypeUri: 'zones/europe-west1-b/machineTypes/n2-standard-4' },
      workerConfig: { numInstances: 4, machineTypeUri: 'zones/europe-west1-b/machineTypes/n2-highmem-8' },
      secondaryWorkerConfig: { numInstances: 2, machineTypeUri: 'zones/europe-west1-b/machineTypes/n2-highmem-8' }, // prettier-ignore
      softwareConfig: {
        imageVersion: '2.2.31-debian12',
        properties: { 'spark:spark.eventLog.dir': 'gs://events/etl' },
      },
    },
    ...more,
  }
}

const logs = driverLogs('x')
const OUTPUT = gunzipSync(Buffer.concat([logs['x/stdout.gz'] ?? Buffer.alloc(0)]))
const LOG = gunzipSync(logs['x/stderr.gz'] ?? Buffer.alloc(0))
export const METAINFO = 'staging/google-cloud-dataproc-metainfo'

export interface Bench {
  readonly google: StandIn
  readonly platform: Platform
  readonly platformWith: (config: Record<string, unknown>) => Platform
  /** A file of credentials whose identity is exchanged at `url`. */
  keyFile(url: string, subject?: string): string
  close(): Promise<void>
}

export async function bench(
  has: Partial<StandIn> = {},
  config: Record<string, unknown> = {},
): Promise<Bench> {
  const history = Array.from({ length: 120 }, (_, index) =>
    job(
      {
        status: { state: 'DONE', stateStartTime: iso(START - index * 24 * 60 * MINUTE) },
        statusHistory: [{ state: 'PENDING', stateStartTime: iso(START - (index + 1) * 24 * 60 * MINUTE) }],
      },
      `orders-daily_${20260000 + index}_ffff`,
    ),
  )
  const google = await startGoogle({
    jobs: [job(), ...history],
    batches: [batch()],
    clusters: [cluster()],
    objects: {
      // One stream of both, cut into parts.
      [`${METAINFO}/0d9c/jobs/${JOB}/driveroutput.000000000`]: LOG.subarray(0, 1000),
      [`${METAINFO}/0d9c/jobs/${JOB}/driveroutput.000000001`]: Buffer.concat([LOG.subarray(1000), OUTPUT]),
      [`${METAINFO}/b/jobs/srvls-batch-7/driveroutput.000000000`]: OUTPUT,
      ...rolled('events/etl', APP),
    },
    ...has,
  })
  const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-google-'))
  const keyFile = (url: string, subject = 'what-the-cluster-says-we-are'): string => {
    const file = path.join(folder, `${Math.random().toString(36).slice(2)}.json`)
    writeFileSync(`${file}.subject`, subject)
    writeFileSync(
      file,
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${url}/token`,
        credential_source: { file: `${file}.subject` },
      }),
    )
    return file
  }
  const platformWith = (more: Record<string, unknown>): Platform =>
    createPlatform(
      'gcp',
      platformConfigSchema.parse({
        kind: 'dataproc',
        project: PROJECT,
        region: REGION,
        auth: { type: 'key_file', path: keyFile(google.url) },
        endpoint: google.url,
        storage_endpoint: google.url,
        timeout_ms: 2000,
        ...more,
      }),
      { ...DEPS, normaliseJobName: createNormaliseJobName([]) },
    )
  return {
    google,
    platform: platformWith(config),
    platformWith,
    keyFile,
    async close() {
      await google.close()
      rmSync(folder, { recursive: true })
    },
  }
}
