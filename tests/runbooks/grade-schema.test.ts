// Thresholds of a grade rise or fall; what does neither is refused at its line.
import { describe, expect, it } from 'vitest'
import { probesOf } from '../../src/runbooks/model.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { source } from './support.ts'

function parse(grade: string): { grade: unknown; said: string[] } {
  const body = `Words.\n\n## Look\n\n\`\`\`yaml probe\nid: a\nuse: prometheus.query\nquery: up\ngrade: ${grade}\n\`\`\`\n`
  const { runbook, problems } = parseRunbook(
    source('id: a\ntitle: A\nowner: us\ncatch_all: true', body),
    'a.md',
  )
  const [probe] = runbook === null ? [] : probesOf(runbook)
  return { grade: probe?.grade, said: problems.map(({ line, message }) => `${line}: ${message}`) }
}

describe('grade', () => {
  it.each([
    '{ low: 0.8, medium: 0.9, high: 0.95 }',
    '{ low: 100, critical: -1 }',
    '{ high: 0 }',
    '{ medium: 1, critical: 1.0e+9 }',
  ])('%s is taken', (grade) => {
    expect(parse(grade).said).toEqual([])
    expect(parse(grade).grade).toBeTypeOf('object')
  })

  it.each([
    ['{ low: 1, medium: 3, high: 2 }', 'must rise or fall'],
    ['{ low: 1, critical: 1 }', 'must rise or fall'],
    ['{}', 'names no threshold'],
    ['{ low: "1" }', 'expected a number'],
    ['{ low: .nan }', 'number'],
    ['{ lwo: 1 }', 'unknown key "lwo"'],
    ['high', 'grade'],
  ])('%s is refused: %s', (grade, why) => {
    const { said } = parse(grade)
    expect(said.join('\n')).toMatch(/^\d+: /)
    expect(said.join('\n').toLowerCase()).toContain(why)
  })
})
