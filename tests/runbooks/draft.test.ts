// A drafted runbook: whole, in our format, tested by its own test file, and deaf to what outside texts would like to be.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { PROBES } from '../../src/diagnosis/registry.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { type Draft, type DraftSource, draftRunbook } from '../../src/runbooks/draft.ts'
import { lintRunbooks } from '../../src/runbooks/lint/index.ts'
import { type Runbook, actionsOf, probesOf } from '../../src/runbooks/model.ts'
import { testRunbooks } from '../../src/runbooks/test-runner.ts'
import { AROUND, SOURCE, anySource, runbookOf } from './draft-support.ts'

/** The draft in a folder of its own, as a pull request would add it. */
async function inFolder(draft: Draft): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-draft-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  for (const { name, text } of draft.files) await writeFile(path.join(folder, name), text)
  return folder
}

async function expectClean(folders: readonly string[]): Promise<void> {
  const { problems } = await lintRunbooks(folders, { probes: PROBES, actions: ACTIONS })
  expect(problems.filter(({ level }) => level === 'error')).toEqual([])
  expect(
    problems.map(({ code }) => code).filter((code) => code !== 'no-catch-all' && code !== 'unverified'),
  ).toEqual([])
  const report = await testRunbooks(folders, { actions: ACTIONS })
  expect(report.problems.filter(({ level }) => level === 'error')).toEqual([])
  expect(report.cases.flatMap(({ differences }) => differences)).toEqual([])
  expect(report.passed).toBeGreaterThanOrEqual(2)
}

const draftOf = (change: Partial<DraftSource> = {}, around = AROUND): Draft =>
  draftRunbook({ ...SOURCE, ...change }, around)

describe('a draft', () => {
  it('reads as a runbook: what was looked at, what was done, what was noted, and where people must write', async () => {
    const [runbook, tests] = draftOf().files
    await expect(runbook.text).toMatchFileSnapshot('golden/draft.golden.md')
    await expect(tests.text).toMatchFileSnapshot('golden/draft.golden.yml')
  })

  it('lints clean, and its own test file passes', async () => {
    await expectClean([await inFolder(draftOf())])
  })

  it('matches by the alert’s name, and more exactly by what the probe recognised', () => {
    const runbook = runbookOf(draftOf().files[0].text, 'x.md')
    expect(runbook.match.map(({ text }) => text)).toEqual([
      'alertname="SparkExecutorOOMKilled"',
      'alertname="SparkExecutorOOMKilled", death.signature="F03"',
    ])
    expect(runbook).toMatchObject({
      id: 'spark-executor-oom-killed-f03',
      title: 'Spark executor OOM killed: executor container oom',
      owner: 'data-platform',
      severity: 'high',
      // Nobody has held it against reality yet.
      verified: null,
    })
  })

  it('names no person, no customer and no machine', () => {
    for (const { text } of draftOf().files) {
      expect(text).not.toMatch(/\bBob\b|alice|U0/i)
      expect(text).not.toMatch(/ACME|node-7|app-2026/)
    }
    expect(draftOf().files[0].text).toContain('> somebody raised the overhead')
    expect(draftOf().files[0].text).toContain(
      'In the incident a commander asked for it 5 minutes after the start',
    )
  })

  it('of an incident in which nothing happened asks for everything, and still lints clean', async () => {
    const bare = draftOf({
      served: null,
      platform: null,
      probes: [],
      actions: [],
      ticked: [],
      notes: [],
      escalations: [],
      acknowledgedAt: null,
      resolvedAt: null,
      resolution: null,
      alert: { ...SOURCE.alert, annotations: {}, labels: {}, run: { ...SOURCE.alert.run, jobName: null } },
    })
    const folder = await inFolder(bare)
    const runbook = runbookOf(bare.files[0].text, `${bare.id}.md`)
    expect(runbook.match.map(({ text }) => text)).toEqual(['alertname="SparkExecutorOOMKilled"'])
    expect(runbook.sections.map(({ heading }) => heading)).toEqual([
      'Diagnose',
      'Act',
      'Escalate when',
      'Hand over',
    ])
    for (const { prose } of runbook.sections) expect(prose).toContain('TODO')
    await expectClean([folder])
  })

  it('leaves out what speaks of a probe that did not run', () => {
    const [action] = SOURCE.actions
    const step = {
      ...action!.step!,
      params: { reason: '{{ heap.value }}', note: 'kept {{ job_name }}' },
      inputs: {
        mib: {
          type: 'integer',
          label: null,
          min: 1,
          max: null,
          choices: [],
          default: '{{ heap.value }}',
        } as const,
      },
    }
    const { files } = draftOf({ actions: [{ ...action!, step }] })
    const [drafted] = actionsOf(runbookOf(files[0].text, 'x.md'))
    expect(drafted).toMatchObject({
      params: { note: 'kept {{ job_name }}' },
      inputs: { mib: { default: null } },
    })
    expect(drafted?.params).not.toHaveProperty('reason')
  })
})

describe('a draft beside other runbooks', () => {
  const other = (id: string, entries: string[], priority = 0) =>
    runbookOf(
      `---\nid: ${id}\ntitle: Other\nowner: x\npriority: ${priority}\nmatch: ${JSON.stringify(entries)}\n---\nText\n`,
      `${id}.md`,
    )
  const beside = (...library: ReturnType<typeof other>[]): Draft => draftOf({}, { ...AROUND, library })

  it('takes an id that is free', () => {
    expect(beside(other('spark-executor-oom-killed-f03', ['a="b"'])).id).toBe(
      'spark-executor-oom-killed-f03-2',
    )
  })

  it('is narrowed to its job where the alert is taken, in whatever order and form', () => {
    const taken = other('taken', [
      '{death.signature="F03",alertname="SparkExecutorOOMKilled"}',
      'alertname = SparkExecutorOOMKilled',
    ])
    const { match } = runbookOf(beside(taken).files[0].text, 'x.md')
    expect(match.map(({ text }) => text)).toEqual([
      'alertname="SparkExecutorOOMKilled", job_name="orders-daily"',
      'alertname="SparkExecutorOOMKilled", death.signature="F03", job_name="orders-daily"',
    ])
  })

  /** Both in one folder, as after the pull request: neither ties with the other, nor takes all that it has. */
  async function expectPeace(library: Runbook[], draft: Draft): Promise<void> {
    const folder = await inFolder(draft)
    for (const { id, text } of library) await writeFile(path.join(folder, `${id}.md`), text)
    const { problems } = await lintRunbooks([folder], { probes: PROBES, actions: ACTIONS })
    const reach = ['tie', 'unreachable', 'shadowed', 'never-holds']
    expect(problems.filter(({ code }) => reach.includes(code))).toEqual([])
    const report = await testRunbooks([folder], { actions: ACTIONS })
    expect(report.cases.flatMap(({ differences }) => differences)).toEqual([])
    expect(report.passed).toBeGreaterThanOrEqual(2)
  }
  const NAMELESS = { alert: { ...SOURCE.alert, run: { ...SOURCE.alert.run, jobName: null } } }
  const ALONE = 'alertname="SparkExecutorOOMKilled"'

  it.each([
    ['by the same name', [ALONE], 0],
    ['with a priority of its own', [ALONE], 1_000],
    ['by a pattern that is that name', ['alertname=~"SparkExecutorOOMKilled"'], 0],
    ['by a pattern that is that name and others', ['alertname=~"SparkExecutorOOMKilled|Other"', 'x="y"'], 0],
    ['with a matcher that always holds', ['alertname="SparkExecutorOOMKilled", severity=~".*"'], 0],
    ['by a pattern and a condition', ['alertname=~"SparkExecutorOOMKilled", team=~"a|b"'], 0],
    ['more exactly', ['alertname="SparkExecutorOOMKilled", cluster="a"'], 0],
    ['by a beginning', ['alertname=~"SparkExecutor.*"'], 5],
  ])('lives in peace with one that has the alert %s, with a job or without', async (_, entries, priority) => {
    const taken = other('taken', entries, priority)
    for (const change of [{}, NAMELESS, { ...NAMELESS, probes: [] }])
      await expectPeace([taken], draftOf(change, { ...AROUND, library: [taken] }))
  })

  it('leaves the matchers to people where no job may be told, says why, and takes nothing from the other', async () => {
    const taken = other('taken', [ALONE], 7)
    const draft = draftOf({ ...NAMELESS, probes: [] }, { ...AROUND, library: [taken] })
    const [{ text }, tests] = draft.files
    const { priority, match } = runbookOf(text, 'x.md')
    expect(match.map((entry) => entry.text)).toEqual([`${ALONE}, TODO="${draft.id}"`])
    expect(priority).toBe(0)
    expect(text).toContain('# TODO: say which alerts this is for. The runbook taken is there')
    expect(tests.text).toContain('# The label TODO stands for one that you must choose')
    expect(tests.text).toContain(`TODO: ${draft.id}`)
    await expectPeace([taken], draft)
  })

  it('does so too where its job has a runbook already', async () => {
    const entries = [
      ALONE,
      `${ALONE}, job_name="orders-daily"`,
      `${ALONE}, death.signature="F03"`,
      `${ALONE}, death.signature="F03", job_name="orders-daily"`,
    ]
    const taken = other('taken', entries, 7)
    const draft = draftOf({}, { ...AROUND, library: [taken] })
    const { match } = runbookOf(draft.files[0].text, 'x.md')
    expect(match.map((entry) => entry.text)).toEqual([`${ALONE}, TODO="${draft.id}"`])
  })
})

describe('P9: addresses', () => {
  it('are no links, though GFM makes some without any mark', () => {
    const bait =
      'see https://evil.example/x HTTP://evil.example ftp://evil.example _www.evil.example +@evil.example'
    const { files } = draftOf({
      notes: [{ text: bait, afterMs: 1 }],
      ticked: [bait],
      alert: { ...SOURCE.alert, annotations: { summary: bait } },
    })
    expect(files[0].text).toContain('https: //evil.example/x')
    expect(files[0].text).not.toMatch(/(?:https?|ftp):\/\/|www\.|@[\w-]+\.\w/i)
  })
})

describe('P9, P12: whatever is in alerts, findings, notes and headings', () => {
  it('leaves a draft with exactly its sections and steps, that parses and whose tests say what matching does', () => {
    fc.assert(
      fc.property(anySource, (source) => {
        const draft = draftRunbook(source, AROUND)
        const [{ name, text }, tests] = draft.files
        const runbook = runbookOf(text, name)
        expect(runbook.match[0]?.matchers[0]).toMatchObject({ name: 'alertname', op: '=' })
        expect(runbook.match.length).toBeLessThanOrEqual(2)
        expect(probesOf(runbook).map(({ id }) => id)).toEqual(source.probes.map(({ step }) => step.id))
        expect(actionsOf(runbook).map(({ id }) => id)).toEqual(
          ['kill', 'kill-2'].slice(0, source.actions.length),
        )
        expect(runbook.sections.map(({ level }) => level)).toEqual([
          2, ...source.probes.map(() => 3), 2, ...source.actions.map(() => 3),
          ...(source.ticked.length > 0 ? [2] : []), ...(source.notes.length > 0 ? [2] : []), 2, 2,
        ]) // prettier-ignore
        for (const heading of ['Diagnose', 'Act', 'Escalate when', 'Hand over'])
          expect(runbook.sections.some((section) => section.heading === heading)).toBe(true)
        const all = text + tests.text
        expect(all).not.toMatch(/hunter2|anna@example\.com|(?<![A-Z0-9])U0ALICE1(?![A-Z0-9])/)
        expect(all).not.toMatch(/(?<![\p{L}\p{N}_])alice(?![\p{L}\p{N}_])|\u202E/u)
        for (const control of ['\u0000', '\u001B']) expect(all).not.toContain(control)
        expect(Object.keys(parse(tests.text) as object)).toEqual(['tests', 'must_not_match'])
      }),
      { numRuns: 400 },
    )
  })

  it('passes lint and its own tests, whatever it was made of', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anySource, async (source) => {
        const draft = draftRunbook(source, AROUND)
        const folder = await mkdtemp(path.join(tmpdir(), 'arrestor-draft-'))
        try {
          for (const { name, text } of draft.files) await writeFile(path.join(folder, name), text)
          const lint = await lintRunbooks([folder], { probes: PROBES, actions: ACTIONS })
          expect(lint.problems.filter(({ level }) => level === 'error')).toEqual([])
          const report = await testRunbooks([folder], { actions: ACTIONS })
          expect(report.problems.filter(({ level }) => level === 'error')).toEqual([])
          expect(report.cases.flatMap(({ differences }) => differences)).toEqual([])
        } finally {
          await rm(folder, { recursive: true })
        }
      }),
      { numRuns: 25 },
    )
  })
})
