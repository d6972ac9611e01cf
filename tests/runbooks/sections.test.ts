// Sections say what applies; actions are offered only where all is known and the platform can do them.
import { describe, expect, test } from 'vitest'
import { factsOf } from '../../src/runbooks/facts.ts'
import type { ProbeOutputs } from '../../src/runbooks/model.ts'
import { viewSections, type ActionSpec, type PlatformView } from '../../src/runbooks/sections.ts'
import { alert, runbook } from './support.ts'

const action = (id: string, more = ''): string =>
  `Why.\n\n\`\`\`yaml action\nid: ${id}\nuse: spark.kill-application\n${more}\n\`\`\`\n`
const when = (...entries: string[]): string =>
  `\`\`\`yaml when\n${entries.map((entry) => `- '${entry}'`).join('\n')}\n\`\`\`\n`

const ACTIONS: ReadonlyMap<string, ActionSpec> = new Map([
  ['spark.kill-application', { needs: 'application.kill' }],
  ['yarn.kill', { needs: 'yarn.kill' }],
  ['airflow.clear-task', { needs: 'dag.clear', resolves: 'run.rerun' }],
  ['databricks.repair-run', { needs: 'run.repair', resolves: 'run.rerun' }],
])
const PLATFORM: PlatformView = {
  name: 'prod',
  kind: 'standalone',
  capabilities: new Set(['application.kill', 'run.repair']),
}

function view(
  body: string,
  outputs: ProbeOutputs = {},
  platform: PlatformView | null = PLATFORM,
  labels: Record<string, string> = {},
): ReturnType<typeof viewSections> {
  const book = runbook('a', 'catch_all: true', body)
  const facts = factsOf(alert({ alertname: 'X', ...labels }), outputs, platform?.kind)
  return viewSections(book, facts, platform, ACTIONS)
}

describe('sections', () => {
  const body = `## If killed\n\n${when('death.signature="F03"')}\n${action('kill')}`

  test('without what a probe would say a section is undecided, visible, and its actions are withheld', () => {
    const [section] = view(body)
    expect(section).toMatchObject({
      state: 'undecided',
      says: 'May or may not apply: death.signature is not known.',
      offered: [],
      withheld: [{ reason: 'undecided', says: 'May or may not apply: death.signature is not known.' }],
    })
  })

  test('a probe that could not determine it leaves it undecided', () => {
    expect(view(body, { death: { signature: null } })[0]?.state).toBe('undecided')
  })

  test('it is shown or hidden once known, and hidden says why', () => {
    expect(view(body, { death: { signature: 'F03' } })[0]).toMatchObject({ state: 'shown', says: null })
    expect(view(body, { death: { signature: 'F02' } })[0]).toMatchObject({
      state: 'hidden',
      says: 'Does not apply: death.signature is F02, and this needs death.signature="F03".',
      withheld: [{ reason: 'hidden' }],
    })
  })

  test('entries are AND; one that is false decides, whatever is unknown', () => {
    const both = `## S\n\n${when('death.signature="F03"', 'team="a"')}`
    expect(view(both, {}, PLATFORM, { team: 'b' })[0]?.state).toBe('hidden')
    expect(view(both, {}, PLATFORM, { team: 'a' })[0]?.state).toBe('undecided')
  })

  test('numbers and booleans of probes read as text', () => {
    const typed = `## S\n\n${when('p.count="3"', 'p.ok="true"')}`
    expect(view(typed, { p: { count: 3, ok: true } })[0]?.state).toBe('shown')
  })

  test('the platform can be asked for by name and by kind, and is unknown where nobody knows it', () => {
    const kind = `## S\n\n${when('platform_kind="standalone"')}`
    expect(view(kind)[0]?.state).toBe('shown')
    expect(view(kind, {}, null)[0]?.state).toBe('undecided')
    expect(view(`## S\n\n${when('platform="prod"')}`, {}, PLATFORM, { platform: 'prod' })[0]?.state).toBe(
      'shown',
    )
  })

  test('when governs the headings below, and hidden wins over undecided wins over shown', () => {
    const nested = [
      `## Outer\n\n${when('a.x="1"')}`,
      `### Inner\n\n${when('b.x="1"')}`,
      `#### Innermost\n\n${action('kill')}`,
      '## Next\n\nFree.\n',
    ].join('\n')
    const states = (outputs: ProbeOutputs): string[] => view(nested, outputs).map(({ state }) => state)
    expect(states({ a: { x: 1 }, b: { x: 1 } })).toEqual(['shown', 'shown', 'shown', 'shown'])
    expect(states({ a: { x: 2 }, b: { x: 1 } })).toEqual(['hidden', 'hidden', 'hidden', 'shown'])
    expect(states({ b: { x: 1 } })).toEqual(['undecided', 'undecided', 'undecided', 'shown'])
    expect(states({ b: { x: 2 } })).toEqual(['undecided', 'hidden', 'hidden', 'shown'])
    expect(states({ a: { x: 1 } })).toEqual(['shown', 'undecided', 'undecided', 'shown'])
  })
})

describe('actions', () => {
  const one = (more: string, platform: PlatformView | null = PLATFORM): unknown => {
    const [section] = view(`## S\n\n${action('kill', more)}`, {}, platform)
    return section?.offered[0] ?? section?.withheld[0]
  }

  test('are offered where the platform can do them', () => {
    expect(one('')).toMatchObject({ use: 'spark.kill-application', params: {} })
  })

  test('are withheld without a platform, or without the capability, each saying so', () => {
    expect(one('', null)).toMatchObject({ reason: 'no_platform' })
    expect(one('', { ...PLATFORM, capabilities: new Set() })).toMatchObject({
      reason: 'no_capability',
      says: 'prod does not allow application.kill.',
    })
  })

  test('`on` overrides by the platform’s name before its kind, parameters over the step’s own', () => {
    const more = 'speed: slow\ncolour: red\non:\n  standalone: { use: yarn.kill }\n  prod: { speed: fast }'
    expect(one(more)).toMatchObject({
      use: 'spark.kill-application',
      params: { speed: 'fast', colour: 'red' },
    })
    expect(one(more, { ...PLATFORM, name: 'other', capabilities: new Set(['yarn.kill']) })).toMatchObject({
      use: 'yarn.kill',
      params: { speed: 'slow' },
    })
  })

  test('run.* resolves to what the platform can do, and to nothing where it can do none of it', () => {
    const rerun = (capabilities: string[]): unknown =>
      view(
        '## S\n\nWhy.\n\n```yaml action\nid: r\nuse: run.rerun\n```\n',
        {},
        { ...PLATFORM, capabilities: new Set(capabilities) },
      )[0]
    expect(rerun(['run.repair'])).toMatchObject({ offered: [{ use: 'databricks.repair-run' }] })
    expect(rerun(['dag.clear'])).toMatchObject({ offered: [{ use: 'airflow.clear-task' }] })
    expect(rerun([])).toMatchObject({
      withheld: [{ reason: 'unknown_action', says: 'prod has no action run.rerun.' }],
    })
  })
})
