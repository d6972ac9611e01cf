// Columns hold exactly what was put into them, whatever it is, in as few bytes as that takes.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createColumn } from '../../../src/platforms/event-log/column.ts'

function columnOf(values: readonly number[]): ReturnType<typeof createColumn> {
  const column = createColumn()
  for (const value of values) column.add(value)
  return column
}

it('holds what was put in, sorted, and leaves it as it was', () => {
  const value = fc.oneof(
    fc.nat(),
    fc.constant(0),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }).map((number) => number + 0),
  )
  fc.assert(
    fc.property(fc.array(value, { maxLength: 100 }), (values) => {
      const column = columnOf(values)
      expect(column.length()).toBe(values.length)
      for (let twice = 0; twice < 2; twice += 1)
        expect([...column.sorted()].map((one) => one + 0)).toEqual([...values].sort((a, b) => a - b))
      column.add(1)
      expect(column.sorted()).toHaveLength(values.length + 1)
    }),
  )
})

it('takes four bytes a number as long as all fit, and none as long as all are zero', () => {
  expect(columnOf([1, 2 ** 32 - 1]).sorted()).toBeInstanceOf(Uint32Array)
  expect(columnOf([1, 2 ** 32]).sorted()).toBeInstanceOf(Float64Array)
  expect([...columnOf([0, 0, 5]).sorted()]).toEqual([0, 0, 5])
})

it('200,000 tasks of a stage are held in less than 20 MB', async () => {
  const program = `
    import { addSample, emptySamples, quantilesOf } from './src/platforms/event-log/quantiles.ts'
    const live = () => (gc(), process.memoryUsage().heapUsed + process.memoryUsage().external)
    const samples = emptySamples()
    const before = live()
    for (let n = 0; n < 200000; n += 1)
      addSample(samples, {
        'Task Info': { 'Launch Time': 1e12, 'Finish Time': 1e12 + n, 'Getting Result Time': 0 },
        'Task Metrics': {
          'Executor Run Time': n, 'Executor Deserialize Time': 1, 'Result Serialization Time': 1,
          'Shuffle Read Metrics': { 'Remote Bytes Read': n * 1e5, 'Local Bytes Read': n },
          'Shuffle Write Metrics': { 'Shuffle Bytes Written': n * 7 },
          'Input Metrics': { 'Bytes Read': n * 1e6 }, 'Output Metrics': { 'Bytes Written': n },
        },
      })
    console.log(JSON.stringify([live() - before, quantilesOf(samples).inputBytes.at(-1)]))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module-typescript',
    '--eval',
    program,
  ])
  const [bytes, most] = JSON.parse(stdout) as [number, number]
  expect(bytes).toBeLessThan(20 * 1024 * 1024)
  expect(most).toBe(199_999e6)
})
