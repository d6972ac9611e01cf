// The key: which alerts are one incident. A table, and what holds for every alert.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alert } from '../../src/alerts/model.ts'
import { keyOf } from '../../src/incidents/key.ts'

const NO_RUN = { platform: null, cluster: null, jobName: null, runId: null, attempt: null, retriesLeft: null }
function alert(
  labels: Record<string, string>,
  jobName: string | null = null,
): Pick<Alert, 'name' | 'labels' | 'run'> {
  return { name: 'SparkJobFailed', labels, run: { ...NO_RUN, jobName } }
}

describe('the key of an incident', () => {
  it.each([
    ['the job', alert({ instance: 'a:9090' }, 'orders'), 'prod', [], 'prod/job=orders'],
    ['the job, whatever the alert', { ...alert({}, 'orders'), name: 'Other' }, 'prod', [], 'prod/job=orders'],
    ['the same job elsewhere', alert({}, 'orders'), 'spare', [], 'spare/job=orders'],
    ['no platform', alert({}, 'orders'), null, [], 'any/job=orders'],
    ['an application', alert({ app_id: 'app-1', instance: 'a:9090' }), 'prod', [], 'prod/app_id=app-1'],
    ['a worker before its host', alert({ worker: 'w1', host: 'h1' }), 'prod', [], 'prod/worker=w1'],
    ['a queue', alert({ queue: 'default' }), 'prod', [], 'prod/queue=default'],
    ['the exporter at last', alert({ instance: 'a:9090' }), 'prod', [], 'prod/instance=a:9090'],
    ['an empty resource is none', alert({ app_id: '', topic: 't' }), 'prod', [], 'prod/topic=t'],
    ['nothing but the name', alert({}), 'prod', [], 'prod/alert=SparkJobFailed'],
    ['refined by labels', alert({ stage: '7' }, 'orders'), 'prod', ['stage'], 'prod/job=orders/stage=7'],
    ['refined by a label that is absent', alert({}, 'orders'), 'prod', ['stage'], 'prod/job=orders/stage='],
  ])('%s', (_what, of, platform, refine, expected) => {
    expect(keyOf(of, platform, refine)).toBe(expected)
  })

  it('a long key keeps its beginning, and what was cut still tells keys apart', () => {
    const long = (end: string): string => keyOf(alert({}, 'j'.repeat(2_000) + end), 'prod', [])
    expect(long('a')).not.toBe(long('b'))
    expect(long('a')).toBe(long('a'))
    expect(long('a').length).toBeLessThanOrEqual(400)
    expect(long('a')).toMatch(/^prod\/job=j+#[0-9a-f]{16}$/)
  })

  it('never splits a character where it cuts', () => {
    for (let shift = 0; shift < 4; shift += 1)
      expect(keyOf(alert({}, 'x'.repeat(shift) + '😀'.repeat(500)), 'prod', []).isWellFormed()).toBe(true)
  })

  it('fits the index for every alert, and does not depend on the order of labels', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string()),
        fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
        (labels, job) => {
          const key = keyOf(alert(labels, job), 'prod', [])
          const reversed = Object.fromEntries(Object.entries(labels).toReversed())
          expect(keyOf(alert(reversed, job), 'prod', [])).toBe(key)
          expect(Buffer.byteLength(key)).toBeLessThan(1_300)
        },
      ),
    )
  })
})
