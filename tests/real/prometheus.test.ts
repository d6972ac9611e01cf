// A real Prometheus scrapes our own /metrics and is asked by a runbook's probe; a real parser proves that no label leaves its string.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prometheusSchema } from '../../src/platforms/prometheus/config.ts'
import { createMetricsReader } from '../../src/platforms/prometheus/reader.ts'
import type { MetricsReader } from '../../src/ports.ts'
import { parseTemplate, renderTemplate } from '../../src/runbooks/template.ts'
import { type SparkReplay, createSparkReplay } from '../../src/sandbox/spark/replay.ts'
import { NEVER } from '../platforms/support.ts'
import { alertBody, textOf } from '../support/world.ts'
import { type Arrestor, startArrestor } from './support/arrestor.ts'
import { type Ends, configOf, startEnds } from './support/ends.ts'
import {
  HOW_TO_GET_PROMETHEUS,
  type Prometheus,
  hasPrometheus,
  startPrometheusProcess,
} from './support/prometheus.ts'
import { freePorts } from '../../scripts/ports.ts'
import { until } from './support/wait.ts'

const RUNBOOK = `---
id: memory
title: Memory
owner: us
match: ['alertname=~"Spark.*"']
---

# Memory

Words.

## Diagnose

### Memory

\`\`\`yaml probe
id: memory
use: prometheus.query
query: max(process_resident_memory_bytes{job="{{ job_name }}"})
last: 1m
step: 1s
grade: { low: 1, critical: 1000000000000 }
says: "Arrestor itself takes {{ value }} bytes, at most {{ max }}, in {{ series }} series"
chart: true
\`\`\`
`

if (!hasPrometheus()) it.skip(`queries to Prometheus (${HOW_TO_GET_PROMETHEUS})`)
else
  describe('a real Prometheus', () => {
    let dir: string
    let ends: Ends
    let spark: SparkReplay
    let arrestor: Arrestor
    let prometheus: Prometheus
    let reader: MetricsReader

    beforeAll(async () => {
      dir = mkdtempSync(path.join(tmpdir(), 'arrestor-prometheus-'))
      mkdirSync(path.join(dir, 'books'))
      writeFileSync(path.join(dir, 'books/memory.md'), RUNBOOK)
      ends = await startEnds({ dir })
      spark = await createSparkReplay({ port: 0 })
      // Each is told of the other, so the port is chosen before either runs.
      const port = await freePorts()
      const config = configOf({ masterUrl: spark.masterUrl, pageAfter: '10m' })
        .replace('    actions: [application.kill]\n', `    prometheus: { url: 'http://127.0.0.1:${port}' }\n`)
        .replace(/folders: \[.*\]/, `folders: ['${path.join(dir, 'books')}']`)
      arrestor = await startArrestor({
        dir,
        config,
        env: { ...ends.env, ARRESTOR_DATA_DIR: path.join(dir, 'data') },
      })
      prometheus = await startPrometheusProcess(dir, port, { arrestor: new URL(arrestor.url).host })
      reader = createMetricsReader('prod', prometheusSchema.parse({ url: prometheus.url }))
    }, 120_000)
    afterAll(async () => {
      await Promise.all([arrestor?.stop(), prometheus?.stop(), ends?.close(), spark?.close()])
      rmSync(dir, { recursive: true, force: true })
    })

    const ask = (promql: string) => reader.query({ promql, at: new Date(), range: null }, NEVER)

    it('answers doctor, and queries of every kind', async () => {
      expect(await reader.check(NEVER)).toMatch(/^Prometheus \d+\.\d+\.\d+.* answers queries\.$/)
      expect((await ask('vector(0.5)')).series).toMatchObject([{ labels: {}, points: [{ value: 0.5 }] }])
      expect((await ask('42')).series).toMatchObject([{ labels: {}, points: [{ value: 42 }] }])
      expect((await ask('"words"')).series).toEqual([])
      expect((await ask('no_such_metric')).series).toEqual([])
      expect((await ask('vector(0) / 0')).series).toMatchObject([{ points: [{ value: null }] }])
      const range = { lastMs: 60_000, stepMs: 10_000 }
      const [series] = (await reader.query({ promql: 'vector(1)', at: new Date(), range }, NEVER)).series
      expect(series?.points).toHaveLength(7)
    })

    it('refuses in its own words', async () => {
      await expect(ask('up{')).rejects.toThrow(/ARR-504: .*parse error: unexpected end of input/)
      await expect(
        ask('vector(1) + on () (label_replace(vector(1), "a", "b", "", "") or vector(1))'),
      ).rejects.toThrow(/ARR-504: .*(many-to-many|matching)/)
      const range = { lastMs: 86_400_000, stepMs: 1_000 }
      await expect(reader.query({ promql: 'vector(1)', at: new Date(), range }, NEVER)).rejects.toThrow(
        /ARR-504: .*exceeded maximum resolution/,
      )
    })

    it('reads a hostile value as the text it is, by its own parser', async () => {
      // What joins two absent labels is the separator alone: Prometheus hands back the string it has read.
      const template = parseTemplate('label_join(vector(1), "got", "{{ x }}", "a", "b")')
      if (!template.ok) throw new Error(template.message)
      const part = fc.constantFrom(
        '"',
        "'",
        '`',
        '\\',
        '\n',
        '\r',
        '\0',
        '#',
        '}',
        ' or ',
        'up{a="',
        '\u2028',
        '\uD83D',
        '🔥',
        '\uFFFD',
        '$1',
      )
      const value = fc.oneof(
        fc.constant('x"} or up{a="'),
        fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
        fc.string({ unit: 'binary', minLength: 1 }),
      )
      await fc.assert(
        fc.asyncProperty(value, async (x) => {
          const { text } = renderTemplate(template, () => x, 'promql')
          const { series } = await ask(text)
          expect(series.map(({ labels }) => labels)).toEqual([{ got: x.toWellFormed() }])
        }),
        { numRuns: 200 },
      )
    })

    it('is asked by the runbook’s probe for what it scraped of us, drawn and graded', async () => {
      const scraped = async (): Promise<boolean> =>
        ((await ask('count_over_time(process_resident_memory_bytes{job="arrestor"}[1m])')).series[0]
          ?.points[0]?.value ?? 0) >= 3
      await until(scraped, 'three scrapes', 30_000)
      await arrestor.send(
        alertBody({ alertname: 'SparkExecutorOOMKilled', job_name: 'arrestor', platform: 'prod' }),
      )
      const told = (): string =>
        ends
          .cards()
          .flatMap((card) => ends.thread(card))
          .map(textOf)
          .join('\n')
      await until(() => told().includes('Arrestor itself takes'), 'the finding', 60_000, told)
      expect(told()).toMatch(/low: \n?Arrestor itself takes \d{7,} bytes, at most \d{7,}, in 1 series\./)
      expect(told()).toMatch(/[▁▂▃▄▅▆▇█]{2,} \d+ to \d+, at most \d+ and at least \d+, over \d+ s/)
    })

    it('is not misled by a label of the alert', async () => {
      const evil = 'arrestor"} or up{job!="'
      await arrestor.send(
        alertBody({ alertname: 'SparkExecutorOOMKilled', job_name: evil, platform: 'prod' }),
      )
      const told = (): string =>
        ends
          .cards()
          .slice(1)
          .flatMap((card) => ends.thread(card))
          .map(textOf)
          .join('\n')
      await until(() => told().includes('Memory:'), 'the finding', 60_000, told)
      expect(told()).toContain(
        'Memory: its value was not determined. Prometheus has no data of the last 60 s',
      )
    })
  })
