// Secrets from the environment or from mounted files: filled in, missed with their place, and never shown (P12).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { ENVIRONMENT, GOOD, SECRET, but, problemsOf } from './support.ts'

describe('secrets from the environment', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'arrestor-config-'))
    writeFileSync(path.join(folder, 'token'), `  ${SECRET}\n`)
    writeFileSync(path.join(folder, 'empty'), '\n')
    writeFileSync(path.join(folder, 'arrestor.yml'), GOOD)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const { TOKEN: _token, ...WITHOUT } = ENVIRONMENT
  const tokenOf = (environment: Record<string, string>): string | undefined =>
    parseConfig(GOOD, 'arrestor.yml', environment).webhooks['alertmanager']?.credentials[0]?.token

  it('are filled in from the variable, or from the file that NAME_FILE names, without its line break', () => {
    expect(tokenOf(ENVIRONMENT)).toBe(SECRET)
    expect(tokenOf({ ...WITHOUT, TOKEN_FILE: path.join(folder, 'token') })).toBe(SECRET)
    expect(tokenOf({ ...ENVIRONMENT, TOKEN_FILE: path.join(folder, 'nowhere') })).toBe(SECRET)
  })

  it.each([
    ['not set', {}],
    ['empty', { TOKEN: '  ' }],
    ['an empty file', { TOKEN_FILE: 'empty' }],
  ])('a name that is %s is told with its place and both ways to mend it', (_what, given) => {
    const file = 'TOKEN_FILE' in given ? { TOKEN_FILE: path.join(folder, 'empty') } : given
    expect(problemsOf(GOOD, { ...WITHOUT, ...file })).toEqual([
      'arrestor.yml:19:30: the environment variable TOKEN is missing; set it, or TOKEN_FILE to a file that holds it',
    ])
  })

  it('a name that is missing where only some values fit is told once', () => {
    const { PD_KEY: _key, ...environment } = ENVIRONMENT
    expect(problemsOf(GOOD, environment)).toEqual([
      expect.stringMatching(/^arrestor\.yml:5:31: .*PD_KEY is missing/),
    ])
  })

  it('a file that cannot be read is told with the place that wants it', () => {
    expect(problemsOf(GOOD, { ...WITHOUT, TOKEN_FILE: path.join(folder, 'nowhere') })).toEqual([
      expect.stringMatching(/^arrestor\.yml:19:30: the file that TOKEN_FILE names cannot be read: ENOENT/),
    ])
  })

  it('P12: no mistake shows a secret, wherever it was put', () => {
    for (const [from, to] of [
      ['C0DATA', "'${TOKEN}'"],
      ['5m', "'${TOKEN}'"],
      ['http://m.example:8080', "'${TOKEN}'"],
      ["'${PD_KEY}'", "'${TOKEN}'"],
    ] as const) {
      const problems = problemsOf(but(from, to))
      expect(problems.length).toBeGreaterThan(0)
      expect(problems.join('\n')).not.toContain(SECRET)
    }
  })

  it('a file that is there is read, and one that is not says how to get one', () => {
    expect(loadConfig(path.join(folder, 'arrestor.yml'), ENVIRONMENT).routing.default_team).toBe(
      'data-platform',
    )
    expect(() => loadConfig(path.join(folder, 'nowhere.yml'), ENVIRONMENT)).toThrow(
      /ARR-102: .*nowhere\.yml[^]*arrestor\.example\.yml/,
    )
  })
})
