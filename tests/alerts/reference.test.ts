// References of deployments keep their versions; what else looks like a secret is taken out of them as ever (P12).
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/alerts/redact.ts'
import { safeReference } from '../../src/alerts/reference.ts'

const safe = (text: string): string => safeReference(text, redact)

describe('a reference', () => {
  it.each([
    'registry.example/data/token-enricher:1.4.2',
    'token-enricher:1.4.2',
    'registry.example:5000/auth-token:v2.0.0-rc.1',
    `registry.example/password-rotator:3.0@sha256:${'4'.repeat(64)}`,
    'ghcr.io/acme/api-key-service:sha-4f9c2d1',
    `ghcr.io/acme/secret-manager:${'4f9c2d1aa0'.repeat(4)}`,
    'acme/token-service:release-7.1.0',
    'acme/token-service:20261122',
    'acme/orders:latest',
    `acme/orders@sha256:${'4'.repeat(64)}`,
    '1.5.0',
  ])('%s stays', (text) => expect(safe(text)).toBe(text))

  it.each([
    'password:hunter2!',
    'api-token: 2.4.0',
    'secret=1.4.2',
    'pin-token:12345678',
    'acme/token:Hunter2Hunter2',
    'https://user:hunter2@registry.example/token-enricher:1.4.2',
    'acme/token-enricher:1.4.2 password=hunter2',
    'acme/AKIAABCDEFGHIJKLMNOP:1.4.2',
  ])('P12: %s does not', (text) => {
    expect(safe(text)).toContain('[redacted')
    expect(safe(text)).not.toMatch(/hunter2|AKIAABC/i)
  })

  it('costs little, however long it is', () => {
    for (const long of ['a/'.repeat(50_000), 'a'.repeat(100_000), `${'a-'.repeat(50_000)}:1.2`])
      expect(safeReference(long, (text) => text)).toBe(long)
  })
})
