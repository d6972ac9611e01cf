// Spark writes what operators measured for people; the numbers are found again, in every form that real Sparks have used.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricOf } from '../../../src/platforms/spark-rest/metric-text.ts'

const TOTAL = 'total (min, med, max (stageId: taskId))\n'

it.each<[string, number, string, string]>([
  // Spark 4.3.0 and 3.5.9, plain counts and sizes.
  ['280', 280, 'number', '280'],
  ['20,000', 20_000, 'number', '20,000'],
  ['2,000,000', 2_000_000, 'number', '2,000,000'],
  ['0', 0, 'number', '0'],
  ['212.6 KiB', 212.6 * 1024, 'bytes', '212.6 KiB'],
  ['1536.0 B', 1536, 'bytes', '1536.0 B'],
  ['16.2 MiB', 16.2 * 1024 ** 2, 'bytes', '16.2 MiB'],
  ['1.5 GiB', 1.5 * 1024 ** 3, 'bytes', '1.5 GiB'],
  ['2.0 TiB', 2 * 1024 ** 4, 'bytes', '2.0 TiB'],
  ['895 ms', 895, 'ms', '895 ms'],
  ['1.0 s', 1000, 'ms', '1.0 s'],
  ['3.4 m', 204_000, 'ms', '3.4 m'],
  ['1.50 h', 5_400_000, 'ms', '1.50 h'],
  // With the tasks they come from.
  [`${TOTAL}44 ms (0 ms, 44 ms, 44 ms (stage 29.0: task 24))`, 44, 'ms', '44 ms'],
  [`${TOTAL}10.0 s (98 ms, 171 ms, 2.3 s (stage 0.0: task 0))`, 10_000, 'ms', '10.0 s'],
  [`${TOTAL}162.5 MiB (4.1 MiB, 4.1 MiB, 4.1 MiB (stage 0.0: task 0))`, 162.5 * 1024 ** 2, 'bytes', '162.5 MiB'],
  [`${TOTAL}0.0 B (0.0 B, 0.0 B, 0.0 B (stage 0.0: task 0))`, 0, 'bytes', '0.0 B'],
  // Spark 2 and 3.0 named no task.
  ['total (min, med, max)\n1,024.0 KiB (0.0 B, 1.0 KiB, 1.0 KiB)', 1024 * 1024, 'bytes', '1,024.0 KiB'],
])('%j is %d %s', (said, value, unit, text) => {
  expect(metricOf(said)).toEqual({ value: expect.closeTo(value, 5), unit, text })
}) // prettier-ignore

it.each([
  [''],
  ['n/a'],
  ['NaN'],
  ['1.2.3'],
  ['12 parsecs'],
  ['12 ms and more'],
  // An average of tasks adds up to nothing.
  ['avg (min, med, max (stageId: taskId))\n1.2 (1, 1.1, 3 (stage 3.0: task 9))'],
  [`${TOTAL}1\n2`],
])('%j is no total', (said) => expect(metricOf(said)).toBeNull())

describe.each(['3.5.9', '4.3.0'])('on Spark %s', (version) => {
  const file = path.join(import.meta.dirname, 'recordings', `sql-${version}.json`)
  const queries = JSON.parse(readFileSync(file, 'utf8')) as {
    nodes: { nodeName: string; metrics: { name: string; value: string }[] }[]
  }[]

  it('every measurement of a recorded plan has a number, but for averages', () => {
    const said = queries.flatMap(({ nodes }) => nodes.flatMap(({ metrics }) => metrics))
    expect(said.length).toBeGreaterThan(50)
    for (const { name, value } of said) if (!value.startsWith('avg')) expect(metricOf(value), name).not.toBeNull()
  }) // prettier-ignore

  it('sizes are bytes, times are milliseconds, counts are numbers', () => {
    const units = new Map(
      queries.flatMap(({ nodes }) =>
        nodes.flatMap(({ metrics }) => metrics.map(({ name, value }) => [name, metricOf(value)?.unit])),
      ),
    )
    expect(units.get('size of files read')).toBe('bytes')
    expect(units.get('written output')).toBe('bytes')
    expect(units.get('data size')).toBe('bytes')
    expect(units.get('number of files read')).toBe('number')
    expect(units.get('number of written files')).toBe('number')
    expect(units.get('time to broadcast')).toBe('ms')
  })
})
