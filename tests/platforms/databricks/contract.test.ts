// The contract of platforms over a stand-in of Databricks, with logs delivered to DBFS, to a volume, and nowhere.
import { ALWAYS, CAPABILITIES } from '../../../src/platforms/databricks/reader.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { CLUSTER, RUN, bench, delivered, oauth } from './bench.ts'

const VOLUME = '/Volumes/main/ops/logs'
const CLUSTER_IN_DBFS = {
  cluster_id: CLUSTER,
  cluster_log_conf: { dbfs: { destination: 'dbfs:/cluster-logs' } },
}

for (const [name, config, more] of [
  ['logs in DBFS', {}, {}],
  [
    'logs in a volume',
    {},
    {
      clusters: [{ cluster_id: CLUSTER, cluster_log_conf: { volumes: { destination: VOLUME } } }],
      files: delivered(VOLUME),
    },
  ],
  [
    'logs not read',
    { logs: 'none' },
    { outputs: { 1_000_000_000_000_002: { logs: 'a line that it printed\n'.repeat(50) } } },
  ],
] as const)
  platformContract(`databricks, ${name}`, 'logs' in config ? ALWAYS : CAPABILITIES, async () => {
    const { databricks, platformWith } = await bench({
      ...more,
      clusters: 'clusters' in more ? [...more.clusters] : [CLUSTER_IN_DBFS],
    })
    const nowhere = await deadUrl()
    return {
      platform: platformWith({ ...config, actions: ['application.kill'] }),
      readOnly: platformWith(config),
      unreachable: platformWith({ ...config, host: nowhere, auth: oauth(databricks.workspace) }),
      appId: String(RUN),
      jobName: 'orders-daily-2026-11-22',
      unknownId: '4',
      expected: {
        taskError: 'order 7 has no customer',
        check: /knows us as 1{8}-.*who sees 24 of its newest runs/,
        foundAfter: 'event-log',
      },
      close: () => databricks.close(),
    }
  })
