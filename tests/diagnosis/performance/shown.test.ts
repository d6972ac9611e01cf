// Where figures stand: at Spark's API, or in an event log that is named, for no page shows what adds up out of it.
import { expect, it } from 'vitest'
import { asEvidence, shownAt } from '../../../src/diagnosis/performance/shown.ts'
import { performance } from '../../../src/diagnosis/probes/performance.ts'
import { APP, NO_TOTALS, contextOf, executor, stage } from '../support.ts'

const LOGGED = { ...APP, apiUrl: null, foundAt: 'event-log', logAt: 's3://logs/events/app-1' } as const
const figures = (app: typeof APP) => asEvidence(app, { figures: 'inputBytes 3', from: 'stage 3.0', shownAt: shownAt(app, 'stages/3') }) // prettier-ignore

it.each([
  ['Spark’s API', APP, 'stage 3.0', `${APP.apiUrl}/stages/3`],
  ['an event log', LOGGED, 'stage 3.0, event log s3://logs/events/app-1', null],
  ['neither', { ...APP, apiUrl: null }, 'stage 3.0', APP.link],
] as const)('with %s', (_what, app, from, link) => {
  expect(figures(app)).toEqual({ text: 'inputBytes 3', from, link })
})

it('a finding out of an event log names the log, and no page that does not show its figures', async () => {
  const executors = ['1', '2'].map((id) => ({ ...executor(id, null), totalDurationMs: 1e6, totalGcMs: 9e5 }))
  const stages = [stage({ status: 'COMPLETE', executorRunMs: 2e6, totals: { ...NO_TOTALS, gcMs: 18e5 } })]
  const params = performance.params.parse({ only: ['gc_ratio'] })
  const { findings } = await performance.run(params, contextOf({ application: LOGGED, executors, stages }))
  expect(findings[0]!.evidence[0]).toMatchObject({ link: null })
  expect(findings[0]!.evidence[0]!.from).toMatch(/, event log s3:\/\/logs\/events\/app-1$/)
})
