// The generated pages are current: what they are made from has not moved on without them.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAGES } from '../../scripts/docs/pages.ts'
import { numberedTests, PROMISES } from '../../scripts/docs/promises.ts'
import { ourMetrics } from '../../scripts/docs/metrics.ts'

const ROOT = path.join(import.meta.dirname, '../..')

describe('generated pages', () => {
  it.each(PAGES.map(({ file, make }) => [file, make] as const))('%s is current', (file, make) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8'), 'run `npm run docs` and commit what it wrote').toBe(
      make(),
    )
  })

  it('would show a change: two runs agree and every page says something', () => {
    for (const { make } of PAGES) {
      expect(make()).toBe(make())
      expect(make().length).toBeGreaterThan(300)
    }
  })
})

describe('promises', () => {
  it('are fifteen, and no test bears the number of another', () => {
    expect(Object.keys(PROMISES)).toEqual(Array.from({ length: 15 }, (_, index) => `P${index + 1}`))
    for (const { promises, title, file } of numberedTests())
      for (const number of promises) expect(PROMISES[number], `${file}: ${title}`).toBeDefined()
  })

  it('finds numbered titles, several numbers among them', () => {
    const tests = numberedTests()
    expect(tests.length).toBeGreaterThan(20)
    expect(tests.every(({ title }) => title.length > 5)).toBe(true)
  })
})

describe('metrics', () => {
  it('carry our prefix and a sentence each', () => {
    const metrics = ourMetrics()
    expect(metrics.length).toBeGreaterThan(5)
    for (const { name, help } of metrics) {
      expect(name).toMatch(/^arrestor_[a-z_]+$/)
      expect(help).toMatch(/^[A-Z0-9].*\.$/)
    }
  })
})
