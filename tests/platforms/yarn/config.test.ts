// What may stand in arrestor.yml for a YARN cluster.
import { describe, expect, it } from 'vitest'
import { platformConfigSchema, platformSecrets } from '../../../src/platforms/registry.ts'
import { configSchema } from '../../../src/platforms/yarn/config.ts'

const LEAST = { kind: 'yarn', rm_urls: ['http://rm1:8088'] }

describe('a YARN platform', () => {
  it('needs its ResourceManager alone, and may then do nothing', () => {
    expect(configSchema.parse(LEAST)).toEqual({
      ...LEAST,
      proxy: 'rm',
      node_logs: true,
      timeout_ms: 5000,
      actions: [],
    })
  })

  it.each([
    { rm_urls: [] },
    { rm_urls: ['ftp://rm'] },
    { rm_urls: 'http://rm' },
    { user_name: 'a&b=c' },
    { user_name: '' },
    { proxy: 'anywhere' },
    { actions: ['cluster.kill'] },
    { keytab: '/etc/krb5.keytab' },
  ])('refuses %j', (more) => {
    expect(configSchema.safeParse({ ...LEAST, ...more }).success).toBe(false)
  })

  it('P12: its credentials are known as secrets', () => {
    const secrets = { authorization: 'Basic c2VjcmV0', delegation_token: 't0ken' }
    expect(platformSecrets(platformConfigSchema.parse({ ...LEAST, ...secrets }))).toEqual(
      Object.values(secrets),
    )
    expect(platformSecrets(platformConfigSchema.parse(LEAST))).toEqual([])
  })
})
