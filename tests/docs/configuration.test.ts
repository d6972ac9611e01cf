// The configuration's page and the editors' schema say what the code reads: every key, every variable, every mistake.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configurationSchema, keysOf, kindOf } from '../../scripts/docs/configuration.ts'
import { VARIABLES } from '../../scripts/docs/environment.ts'
import { parseConfig } from '../../src/config/load.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

describe('configuration reference', () => {
  const keys = keysOf(configurationSchema())

  it('says of every key what it means', () => {
    expect(keys.length).toBeGreaterThan(40)
    for (const { path: key, node } of keys) expect(node.description ?? '', key).not.toBe('')
  })

  it('puts no pattern before people', () => {
    for (const { path: key, node } of keys) expect(kindOf(node), key).not.toMatch(/[\^$\\]/)
  })

  it('lists every environment variable that the code reads, and no other', () => {
    const code = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox'))
      .map((name) => read(path.join('src', name)))
      .join('\n')
    const direct = [...code.matchAll(/(?:process\.env|environment)\['([A-Z][A-Z0-9_]+)'\]/g)]
    const withFile = [
      ...code.matchAll(/(?:readVariable|requireVariable)\(\s*[\w.]+,\s*'([A-Z][A-Z0-9_]+)'/g),
      ...code.matchAll(/\bread\(\s*'([A-Z][A-Z0-9_]+)'/g),
    ]
    const found = new Set([...direct, ...withFile].map(([, name]) => name))
    const listed = VARIABLES.map(({ name }) => name)
    expect(new Set(listed).size).toBe(listed.length)
    for (const name of found)
      expect(listed, `${name} is read and not in scripts/docs/environment.ts`).toContain(name)
    // What is only kept out of logs is named in a list, not read by name.
    for (const name of listed) expect(code, `${name} is listed and not read`).toContain(name)
    for (const { name, file } of VARIABLES)
      if (file && name !== 'SLACK_SIGNING_SECRET')
        expect(
          withFile.some(([, one]) => one === name),
          `${name}_FILE is not read`,
        ).toBe(true)
  })
})

describe('arrestor.schema.json', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(
    JSON.parse(read('arrestor.schema.json')) as object,
  )
  const example = (): Record<string, Record<string, unknown>> =>
    parse(read('arrestor.example.yml')) as Record<string, Record<string, unknown>>

  it.each(['arrestor.example.yml', 'src/cli/sandbox.yml'])('accepts %s, variables unfilled', (file) => {
    expect(validate(parse(read(file))), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each([
    ['an unknown key', { teams: { data: { channel: 'C0123ABCD', chanel: 'C0' } } }],
    ['a channel by name', { teams: { data: { channel: '#alerts' } } }],
    ['a policy without steps', { escalation: { default: {} } }],
    ['a duration without unit', { escalation: { default: { steps: [{ after: '5', page: true }] } } }],
    ['an unknown platform', { platforms: { prod: { kind: 'spark-on-mars', master_url: 'http://m:8080' } } }],
    ['an unknown section', { webhoooks: {} }],
  ])('marks %s', (_what, change) => {
    expect(validate({ ...example(), ...change })).toBe(false)
  })
})

describe('arrestor.example.yml', () => {
  const environment = {
    PAGERDUTY_ROUTING_KEY_DATA_PLATFORM: 'a'.repeat(32),
    PAGERDUTY_ROUTING_KEY_STREAMING: 'b'.repeat(32),
    ALERTMANAGER_TOKEN: 'alertmanager-token',
    ARRESTOR_TOKEN: 'api-token',
  }

  it('is a usable configuration once its variables are set', () => {
    const config = parseConfig(read('arrestor.example.yml'), 'arrestor.example.yml', environment)
    expect(Object.keys(config.teams)).toEqual(['data-platform', 'streaming'])
    expect(config.teams['data-platform']?.pagerduty?.routing_key).toBe('a'.repeat(32))
  })

  it('without them, tells every missing one with its line', () => {
    const attempt = (): unknown => parseConfig(read('arrestor.example.yml'), 'arrestor.example.yml', {})
    for (const name of Object.keys(environment))
      expect(attempt).toThrow(
        new RegExp(`arrestor\\.example\\.yml:\\d+:\\d+: the environment variable ${name} is missing`),
      )
  })
})
