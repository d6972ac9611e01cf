// Spark's memory settings as numbers, and what to try next.
import { describe, expect, it } from 'vitest'
import {
  executorHeap,
  executorOverhead,
  mebibytes,
  suggestedHeap,
  suggestedOverhead,
} from '../../src/diagnosis/memory.ts'

const properties = (settings: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(settings))

it.each([
  ['512m', 512],
  ['4g', 4096],
  ['4G', 4096],
  ['2gb', 2048],
  ['1t', 1048576],
  ['1048576k', 1024],
  ['1073741824b', 1024],
  ['2048', 2048],
  [' 8g ', 8192],
  ['1.5g', null],
  ['lots', null],
  ['', null],
])('%j is %j MiB', (setting, mib) => {
  expect(mebibytes(setting)).toBe(mib)
})

describe('what an executor has', () => {
  it('is 1 GiB where nothing is set, and the larger of 384 MiB and a tenth beside it', () => {
    expect(executorHeap(properties({}))).toBe(1024)
    expect(executorOverhead(properties({}))).toBe(384)
    expect(executorOverhead(properties({ 'spark.executor.memory': '16g' }))).toBe(1639)
    expect(
      executorOverhead(
        properties({ 'spark.executor.memory': '16g', 'spark.executor.memoryOverheadFactor': '0.4' }),
      ),
    ).toBe(6554)
    expect(executorOverhead(properties({ 'spark.executor.memoryOverhead': '2g' }))).toBe(2048)
  })
})

describe('what to try next', () => {
  it.each([
    ['512m', 768],
    ['4g', 6144],
    ['5g', 7680],
  ])('heap of %s: %i MiB', (heap, next) => {
    expect(suggestedHeap(properties({ 'spark.executor.memory': heap }))).toBe(next)
  })

  it.each([
    ['4g', undefined, 1024],
    ['16g', undefined, 3328],
    ['4g', '4g', 6144],
  ])('overhead beside %s, now %s: %i MiB', (heap, overhead, next) => {
    const set = overhead === undefined ? {} : { 'spark.executor.memoryOverhead': overhead }
    expect(suggestedOverhead(properties({ 'spark.executor.memory': heap, ...set }))).toBe(next)
  })
})
