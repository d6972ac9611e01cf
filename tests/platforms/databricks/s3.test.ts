// Logs that clusters deliver to S3, read there where the configuration says who we are to it.
import { afterEach, describe, expect, it } from 'vitest'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { type StandIn, startAws } from '../aws/stand-in.ts'
import { AUTH, IDENTITY, REGION } from '../aws/support.ts'
import { NEVER, runOf } from '../support.ts'
import { type Bench, CLUSTER, RUN, bench, delivered } from './bench.ts'

let open: { of: Bench; aws: StandIn } | null = null
afterEach(async () => {
  await Promise.all([open?.of.close(), open?.aws.close()])
  open = null
})
const THE_RUN = runOf({ runId: String(RUN) })

async function workspace(): Promise<{ of: Bench; aws: StandIn; config: Record<string, unknown> }> {
  const aws = await startAws({ identity: IDENTITY, region: REGION, objects: delivered('logs/clusters') })
  const conf = { s3: { destination: 's3://logs/clusters', region: REGION } }
  const of = await bench({ clusters: [{ cluster_id: CLUSTER, cluster_log_conf: conf }] })
  open = { of, aws }
  return { of, aws, config: { s3: { region: REGION, auth: AUTH, endpoint: aws.url } } }
}

describe('logs in S3', () => {
  it('are read like those in a volume: the event log, and the end of the driver’s log', async () => {
    const { of, aws, config } = await workspace()
    const { reader } = of.platformWith(config)
    const app = await reader.locate(THE_RUN, NEVER)
    expect(app).toMatchObject({ foundAt: 'event-log', sparkVersion: '3.5.9', unreached: [] })
    expect((await reader.executors(app!, NEVER)).some(({ active }) => !active)).toBe(true)
    const tail = await reader.log(THE_RUN, 64 * 1024, NEVER)
    expect(tail?.text).toContain('Java heap space')
    expect(tail?.from).toContain(`in s3://logs/clusters/${CLUSTER}/driver`)
    expect(aws.wrongs).toEqual([])
  })

  it('that may not be read are told as such, and the run is told all the same', async () => {
    const { of, aws, config } = await workspace()
    aws.fault(/logs/, { kind: 'refusal', status: 403, code: 'AccessDenied', message: 'Access Denied' })
    const app = await of.platformWith(config).reader.locate(THE_RUN, NEVER)
    expect(app).toMatchObject({ foundAt: 'resource-manager' })
    expect(app?.unreached).toEqual([expect.stringMatching(/^event log: ARR-506.*s3:\/\/logs.*AccessDenied/)])
  })

  it('P12: bring a secret, which is known as one', () => {
    const config = platformConfigSchema.parse({
      kind: 'databricks',
      host: 'https://dbc-1.cloud.databricks.com',
      auth: { type: 'token', token: 'dapi-1' },
      s3: { region: REGION, auth: AUTH },
    })
    expect(platformSecrets(config)).toEqual(['dapi-1', IDENTITY.secretAccessKey, IDENTITY.sessionToken])
  })
})
