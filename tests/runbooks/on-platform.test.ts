// What a step uses where: by the platform's name, else by its kind, else as written; one rule for probes and actions.
import { describe, expect, it } from 'vitest'
import { actionsOf, probesOf } from '../../src/runbooks/model.ts'
import { onPlatform } from '../../src/runbooks/on-platform.ts'
import { viewSections } from '../../src/runbooks/sections.ts'
import { factsOf } from '../../src/runbooks/facts.ts'
import { alert, runbook } from './support.ts'

const BLOCK = (kind: string, use: string): string => `
\`\`\`yaml ${kind}
id: step
use: ${use}
reason: own
kept: 1
on:
  prod: { use: name.won, reason: by name }
  yarn: { use: kind.won, reason: by kind }
  batch: { reason: null }
  elsewhere: { use: no.where }
\`\`\`
`
const book = runbook('a', 'catch_all: true', `## Do\n\nWords.\n${BLOCK('probe', 'own.use')}\nWords.\n`)
const [probe] = probesOf(book)
const [action] = actionsOf(runbook('b', 'catch_all: true', `## Do\n\nWords.\n${BLOCK('action', 'own.use')}`))

const CASES: [{ name: string; kind: string } | null, { use: string; params: Record<string, unknown> }][] = [
  [null, { use: 'own.use', params: { reason: 'own', kept: 1 } }],
  [
    { name: 'other', kind: 'standalone' },
    { use: 'own.use', params: { reason: 'own', kept: 1 } },
  ],
  [
    { name: 'other', kind: 'yarn' },
    { use: 'kind.won', params: { reason: 'by kind', kept: 1 } },
  ],
  [
    { name: 'prod', kind: 'yarn' },
    { use: 'name.won', params: { reason: 'by name', kept: 1 } },
  ],
  // null takes a parameter away and leaves the rest.
  [
    { name: 'batch', kind: 'standalone' },
    { use: 'own.use', params: { kept: 1 } },
  ],
  [
    { name: 'constructor', kind: '__proto__' },
    { use: 'own.use', params: { reason: 'own', kept: 1 } },
  ],
]

describe('on', () => {
  it.each(CASES)('%j', (platform, expected) => {
    expect(onPlatform(probe!, platform)).toEqual(expected)
    expect(onPlatform(action!, platform)).toEqual(expected)
  })

  it.each(CASES.filter(([platform]) => platform !== null))(
    'of an action on %j is what its button runs',
    (platform, expected) => {
      const actions = new Map([[expected.use, { needs: 'x' }]])
      const [view] = viewSections(
        runbook('b', 'catch_all: true', `## Do\n\nWords.\n${BLOCK('action', 'own.use')}`),
        factsOf(alert({ alertname: 'X' })),
        { ...platform!, capabilities: new Set(['x']) },
        actions,
      )
      expect(view?.offered[0]).toMatchObject(expected)
      expect(Object.keys(view?.offered[0]?.params ?? {})).toEqual(Object.keys(expected.params))
    },
  )
})
