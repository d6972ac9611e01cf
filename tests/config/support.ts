// A good arrestor.yml to break, and what a person reads for a broken one.
import { expect } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { ArrestorError } from '../../src/errors.ts'

export const GOOD = `teams:
  data-platform:
    channel: C0DATA
    platforms: [prod]
    pagerduty: { routing_key: '\${PD_KEY}' }
  streaming:
    channel: C0STREAM
routing:
  default_team: data-platform
platforms:
  prod: { kind: spark-standalone, master_url: http://m.example:8080 }
escalation:
  default:
    steps:
      - { after: 5m, page: true }
webhooks:
  alertmanager:
    credentials:
      - { name: prom, token: '\${TOKEN}' }
api:
  tokens:
    - { name: cli, token: '\${API_TOKEN}' }
`
export const SECRET = 'a-secret-that-nobody-must-read'
export const ENVIRONMENT = { PD_KEY: 'K'.repeat(32), TOKEN: SECRET, API_TOKEN: `${SECRET}-of-the-api` }

/** What a person reads for this file; an empty list when it is good. */
export function problemsOf(text: string, environment: Record<string, string> = ENVIRONMENT): string[] {
  try {
    parseConfig(text, 'arrestor.yml', environment)
    return []
  } catch (error) {
    if (!(error instanceof ArrestorError)) throw error
    expect(error.code).toBe('ARR-101')
    return (error.details['problems'] ?? '').split('\n').map((line) => line.trim())
  }
}

/** The good file with one thing changed; the thing must be there. */
export function but(from: string, to: string): string {
  expect(GOOD).toContain(from)
  return GOOD.replace(from, to)
}
