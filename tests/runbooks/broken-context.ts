// What the broken runbooks are held against: a small catalogue, a small arrestor.yml, and a day.
import * as z from 'zod'
import type { Catalogue } from '../../src/runbooks/catalogue.ts'
import type { LintConfig } from '../../src/runbooks/lint/index.ts'

export const NOW = new Date('2026-11-22T12:00:00Z')

export const CATALOGUE: Catalogue = {
  probes: new Map([
    ['spark.executor-deaths', { outputs: { signature: 'why', count: 'how many' }, needs: ['executors'] }],
    [
      'spark.skew',
      {
        outputs: { ratio: 'longest to median' },
        params: z.strictObject({ top: z.int().max(10).default(3), query: z.string().optional() }),
        needs: ['stages'],
      },
    ],
    ['prometheus.query', { outputs: { value: 'the value' }, needs: ['metrics'] }],
  ]),
  actions: new Map([
    ['spark.kill-application', { needs: 'application.kill', floor: 'responder' }],
    [
      'spark.rerun',
      {
        needs: 'application.kill',
        resolves: 'run.rerun',
        floor: 'commander',
        params: z.strictObject({ grace_s: z.number().min(0).default(0) }),
      },
    ],
    ['cluster.resize', { needs: 'cluster.resize' }],
    ['deploy.back', { needs: null, params: z.strictObject({ webhook: z.string().optional() }) }],
  ]),
}

export const CONFIG: LintConfig = {
  teams: ['data-platform', 'streaming'],
  policies: ['default', 'urgent'],
  webhooks: ['pipeline'],
  kinds: ['spark-standalone'],
  floors: new Map([['spark.kill-application', 'commander']]),
  platforms: [
    {
      name: 'prod',
      kind: 'spark-standalone',
      reads: new Set(['executors', 'stages']),
      actions: new Set(['application.kill']),
    },
  ],
}
