// The catalogue of errors: codes that are unique and stay retired, sentences that can be filled in, and all of them in use.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { RETIRED } from '../../scripts/docs/errors.ts'
import { ArrestorError, CATALOGUE, type ErrorCode, reasonOf } from '../../src/errors.ts'
import { nodeTooOld } from '../../src/node-version.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const CODES = Object.keys(CATALOGUE) as ErrorCode[]
const catalogue = readFileSync(path.join(ROOT, 'src/errors.ts'), 'utf8')
const code = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
  .map((name) => readFileSync(path.join(ROOT, 'src', name), 'utf8'))
  .join('\n')
  // Braces of templates would end the braces of the details.
  .replaceAll(/\$\{[^}]*\}/g, '…')

/** Every code that was ever written into the catalogue, as git remembers it; empty where there is no history. */
function everPublished(): string[] {
  try {
    const log = execFileSync('git', ['log', '-p', '--format=', '--', 'src/errors.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 16 * 1024 * 1024,
    })
    return [...new Set([...log.matchAll(/^\+ {2}'(ARR-\d{3})': \{/gm)].map(([, found]) => found ?? ''))]
  } catch {
    return []
  }
}

describe('the catalogue of errors', () => {
  it('names each code once', () => {
    // An object keeps the last of two equal keys, so the text is asked.
    const written = [...catalogue.matchAll(/^ {2}'(ARR-\d{3})': \{/gm)].map(([, found]) => found)
    expect(written).toEqual([...new Set(written)])
    expect(written).toEqual(CODES)
  })

  it('keeps its codes in order, so that a new one is seen beside its neighbours', () => {
    expect(CODES).toEqual([...CODES].sort())
  })

  it('never takes a retired code again, and retires what it gives up', () => {
    for (const retired of Object.keys(RETIRED)) expect(CODES).not.toContain(retired)
    for (const published of everPublished())
      expect(
        CODES.includes(published as ErrorCode) || published in RETIRED,
        `${published} is gone: put it into RETIRED of scripts/docs/errors.ts`,
      ).toBe(true)
  })

  it.each(CODES)('%s is thrown or told somewhere', (one) => {
    expect(code.includes(one), `nothing in src throws ${one}`).toBe(true)
  })

  it.each(CODES)('%s: each brace is filled where it is thrown', (one) => {
    const { what, mend } = CATALOGUE[one]
    const names = new Set([...`${what} ${mend}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))
    const calls = [...code.matchAll(new RegExp(`ArrestorError\\(\\s*'${one}'(?:,\\s*\\{([^}]*)\\})?`, 'g'))]
    for (const [call, given = ''] of calls)
      for (const name of names)
        expect(given, `${call.slice(0, 200)} leaves {${name}} empty`).toMatch(wordOf(name))
  })

  it('says what happened and what to do as sentences, and carries no stack', () => {
    for (const one of CODES) {
      const { what, mend } = CATALOGUE[one]
      expect(what).toMatch(/^[A-Z{].*([.]|\{problems\})$/s)
      expect(mend).toMatch(/^[A-Z].*\.$/)
      const message = new ArrestorError(one, { why: 'it rained' }).message
      expect(message.split('\n').at(0)).toMatch(new RegExp(`^${one}: `))
      expect(message).not.toMatch(/\n\s+at /)
    }
  })

  it('ARR-104 is told in words of its own, since an old Node cannot read the catalogue', () => {
    const told = nodeTooOld('20.11.1')
    expect(told).toBe(new ArrestorError('ARR-104', { version: '20.11.1' }).message)
  })
})

const wordOf = (name: string): RegExp => new RegExp(`\\b${name}\\b`)

describe('reasonOf', () => {
  it('is one line whatever was thrown', () => {
    expect(reasonOf(new Error('first\nsecond'))).toBe('first')
    expect(reasonOf(new TypeError(''))).toBe('TypeError')
    expect(reasonOf('words')).toBe('words')
    // As pg-boss emits them.
    expect(reasonOf({ message: 'told\nstack', queue: 'diagnose' })).toBe('told')
    expect(reasonOf(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')], ''))).toBe(
      '::1 refused; 127.0.0.1 refused',
    )
  })
})
