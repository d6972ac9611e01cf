// The alert rules beside Arrestor, held by Prometheus's own tool.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const PROMTOOL = process.env['PROMTOOL'] ?? '/usr/bin/promtool'
const RULES = path.join(import.meta.dirname, '../../prometheus')

function isThere(): boolean {
  try {
    accessSync(PROMTOOL, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const HOW = isThere() ? '' : ' (needs promtool: apt-get install prometheus, or name one with PROMTOOL)'
const run = (name: string, test: () => void): void => {
  if (HOW === '') it(name, test)
  else it.skip(`${name}${HOW}`)
}

const promtool = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { cwd: RULES, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

run('the rules are such as Prometheus takes', () => {
  expect(promtool('check', 'rules', 'spark.rules.yml', 'streams.example.yml')).toMatchObject({ status: 0 })
  expect(promtool('check', 'config', '--syntax-only', 'scrape.example.yml')).toMatchObject({ status: 0 })
})

run('every rule fires when it should and is quiet when it should be', () => {
  const { status, said } = promtool('test', 'rules', 'spark.rules.test.yml')
  expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS')])
})
