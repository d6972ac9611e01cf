// The JSON Schemas for editors: they take all that is right, refuse what is wrong in shape, and explain every key.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PROBES } from '../../src/diagnosis/registry.ts'
import type { Catalogue } from '../../src/runbooks/catalogue.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { SCHEMA_NAMES, type SchemaName, runbookSchema } from '../../src/runbooks/json-schema.ts'
import { nodesIn, parseMarkdown } from '../../src/runbooks/markdown.ts'
import { kindOf } from '../../src/runbooks/parse-body.ts'
import { SOURCES } from '../../src/sources/registry.ts'
import { arrestor } from '../cli/run.ts'
import { CATALOGUE } from './broken-context.ts'

type Validators = Readonly<Record<SchemaName, ValidateFunction>>
function validators(catalogue: Catalogue): Validators {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
  const made = SCHEMA_NAMES.map((name) => [
    name,
    ajv.compile(runbookSchema(name, catalogue, [...SOURCES.keys()])),
  ])
  return Object.fromEntries(made) as Validators
}
const REAL = validators({ probes: PROBES, actions: ACTIONS })
const SMALL = validators(CATALOGUE)

/** The YAML of a file with its kind, as far as it can be read at all. */
function pieces(file: string): { kind: SchemaName; data: unknown }[] {
  const text = readFileSync(file, 'utf8')
  if (file.endsWith('.yml')) return [{ kind: 'test', data: parse(text) }]
  return [...nodesIn(parseMarkdown(text))].flatMap((node) => {
    const name = node.type === 'code' ? kindOf(node.lang, node.meta) : 'front-matter'
    const kind = SCHEMA_NAMES.find((one) => one === name)
    if ((node.type !== 'code' && node.type !== 'yaml') || kind === undefined) return []
    try {
      return [{ kind, data: parse(node.value, { schema: 'core', maxAliasCount: 10 }) as unknown }]
    } catch {
      return []
    }
  })
}

function refusals(file: string, by: Validators): string[] {
  return pieces(file).flatMap(({ kind, data }) =>
    by[kind](data)
      ? []
      : [
          `${path.basename(file)} ${kind}: ${by[kind].errors?.map(({ message }) => message).join('; ') ?? ''}`,
        ],
  )
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:md|test\.yml)$/.test(name))
    .map((name) => path.join(folder, name))
    .sort()

describe('the shipped library', () => {
  test.each(filesIn('runbooks'))('%s is taken', (file) => {
    expect(pieces(file).length).toBeGreaterThan(0)
    expect(refusals(file, REAL)).toEqual([])
  })
})

describe('the broken runbooks', () => {
  test('are refused where they are broken in shape, and nowhere else', () => {
    const refused = filesIn('tests/runbooks/broken')
      .filter((file) => refusals(file, SMALL).length > 0)
      .map((file) => path.basename(file).replace(/\.md$/, ''))
    expect(refused).toEqual([
      'action-duration',
      'action-role',
      'action-unknown',
      'catch-all-yes',
      'id-with-blanks',
      'input-choices',
      'input-name',
      'key-a-word',
      'match-and-catch-all',
      'match-none',
      'owner-a-list',
      'param-unknown',
      'param-value',
      'priority-fraction',
      'probe-id-missing',
      'probe-unknown',
      'probe-without-use',
      'severity-unknown',
      'test-file-key.test.yml',
      'title-missing',
      'title-too-long',
      'unknown-key-merge',
      'unknown-key-nested',
      'unknown-key',
      'when-a-map',
    ])
  })
})

describe('what a zod schema says in code', () => {
  const takes = (kind: SchemaName, data: unknown, by = SMALL): boolean => by[kind](data)
  const front = { id: 'a', title: 'A', owner: 'us' }
  const alert = { labels: { alertname: 'a' } }

  test.each<[SchemaName, unknown, boolean]>([
    ['front-matter', { ...front, catch_all: true }, true],
    ['front-matter', { ...front, catch_all: false }, false],
    ['front-matter', { ...front, match: ['a="b"'] }, true],
    ['front-matter', { ...front, match: [], catch_all: true }, true],
    ['probe', { id: 'p', use: 'spark.skew', top: '{{ attempt }}' }, true],
    ['probe', { id: 'p', use: 'spark.skew', top: 'three' }, false],
    ['probe', { id: 'p', use: 'spark.skew', says: 'x', chart: true, on: { yarn: { top: 2 } } }, true],
    ['action', { id: 'a', use: 'run.rerun', anything: 1 }, true],
    ['action', { id: 'a', use: 'spark.kill-application', inputs: { n: { type: 'choice', choices: ['a'] } } }, true],
    ['action', { id: 'a', use: 'spark.kill-application', inputs: { n: { type: 'choice' } } }, false],
    ['when', 'a="b"', true],
    ['when', ['a="b"', 'c!="d"'], true],
    ['when', [], false],
    ['test', { tests: [{ name: 't', alert, expect: {} }] }, true],
    ['test', { tests: [{ name: 't', alert, alertmanager: {}, expect: {} }] }, false],
    ['test', { tests: [{ name: 't', expect: {} }] }, false],
    ['test', { tests: [{ name: 't', alert, expect: {} }], must_not_match: [{}] }, false],
  ])('%s %j: %s', (kind, data, expected) => {
    expect(takes(kind, data)).toBe(expected)
  }) // prettier-ignore
})

test.each(SCHEMA_NAMES)('every key of the schema of %s is explained, for editors show it', (name) => {
  const bare: string[] = []
  const walk = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { properties } = value as { properties?: Record<string, { description?: string }> }
    for (const [key, inner] of Object.entries(properties ?? {}))
      if (inner.description === undefined) bare.push(`${at}.${key}`)
    for (const [key, inner] of Object.entries(value))
      // Conditions and the parameters of probes are explained where they are declared.
      if (!['if', 'then', 'else', 'allOf'].includes(key)) walk(inner, `${at}.${key}`)
  }
  walk(runbookSchema(name, CATALOGUE, [...SOURCES.keys()]), name)
  expect(bare).toEqual([])
})

test('the command prints what docs/schema holds', async () => {
  for (const name of SCHEMA_NAMES) {
    const { code, stdout } = await arrestor(['runbook', 'schema', name])
    expect([code, stdout]).toEqual([0, readFileSync(`docs/schema/runbook-${name}.json`, 'utf8')])
  }
  expect((await arrestor(['runbook', 'schema', 'everything'])).code).toBe(1)
})
