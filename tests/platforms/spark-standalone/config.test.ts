// What may stand in arrestor.yml for a standalone cluster.
import { describe, expect, it } from 'vitest'
import { platformConfigSchema } from '../../../src/platforms/registry.ts'

const LEAST = { kind: 'spark-standalone', master_url: 'http://spark-master:8080' }

describe('the configuration of a platform', () => {
  it('needs a kind and the master', () => {
    expect(platformConfigSchema.parse(LEAST)).toEqual({
      ...LEAST,
      driver_ui: 'linked',
      probing: { concurrency: 8, per_second: 100, renew_ms: 1000 },
      timeout_ms: 5000,
      actions: [],
    })
  })

  it.each([
    ['an unknown kind', { ...LEAST, kind: 'spark' }],
    ['a misspelt key', { ...LEAST, master: 'http://x' }],
    ['an address that is none', { ...LEAST, master_url: 'spark://master:7077' }],
    ['an action that nobody has', { ...LEAST, actions: ['cluster.kill'] }],
    ['a pattern without the id', { ...LEAST, driver_ui: 'http://gateway/proxy/' }],
    ['no time at all', { ...LEAST, timeout_ms: 0 }],
  ])('refuses %s', (_what, config) => {
    expect(platformConfigSchema.safeParse(config).success).toBe(false)
  })
})
