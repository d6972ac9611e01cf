// The runbook in its modal: the words people read, page by page, in a view that Slack takes.
import * as fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRunbook } from '../../../src/runbooks/parse.ts'
import type { Runbook } from '../../../src/runbooks/model.ts'
import { validateView } from '../../../src/sandbox/slack/blocks/validate.ts'
import { runbookModal } from '../../../src/slack/blocks/runbook-modal.ts'
import { anyView, hostileText, viewWith } from '../views.ts'

const FOLDER = new URL('../../../runbooks/', import.meta.url)

function shipped(id: string): Runbook {
  const { runbook } = parseRunbook(readFileSync(new URL(`${id}.md`, FOLDER), 'utf8'), `${id}.md`)
  if (runbook === null) throw new Error(`${id} cannot be read`)
  return runbook
}

function runbookOf(body: string): Runbook {
  const head = [
    '---',
    'id: test',
    'title: A test',
    'owner: us',
    'match:',
    `  - 'alertname="X"'`,
    '---',
    '',
  ].join('\n')
  const { runbook, problems } = parseRunbook(`${head}${body}`, 'test.md')
  if (runbook === null) throw new Error(problems.map((one) => one.message).join('; '))
  return runbook
}

/** All pages, as somebody who presses Next to the end sees them. */
function pagesOf(runbook: Runbook): ReturnType<typeof runbookModal>[] {
  const pages = [runbookModal(viewWith(), runbook, 0)]
  while (JSON.stringify(pages.at(-1)).includes('runbook_page:next') && pages.length < 100)
    pages.push(runbookModal(viewWith(), runbook, pages.length))
  return pages
}

describe('View Runbook', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.md')))
    it(`shows ${file} in pages that Slack takes, without its executable blocks`, () => {
      for (const page of pagesOf(shipped(file.replace('.md', '')))) {
        expect(validateView(page)).toEqual([])
        expect(JSON.stringify(page)).not.toMatch(/\\nuse: |"use: |yaml/)
      }
    })

  it('says the title once, and each heading with its words and what happens under it', () => {
    const text = JSON.stringify(runbookModal(viewWith(), shipped('executor-oom'), 0))
    expect(text.split('"Executor out of memory"')).toHaveLength(2)
    expect(text).toContain('Tell it from look-alikes')
    expect(text).toContain('Looked at by itself:')
    expect(text).toContain('death.signature=\\"F02\\"')
  })

  it('names the action behind a button and who may press it', () => {
    const body =
      '# A test\n\nIntro.\n\n## End it\n\nWhy.\n\n```yaml action\nid: kill\nuse: spark.kill-application\nrequires: commander\n```\n'
    const text = JSON.stringify(runbookModal(viewWith(), runbookOf(body), 0))
    expect(text).toContain('Intro.')
    expect(text).toContain('Button:')
    expect(text).toContain('Kill Application (needs a commander)')
  })

  it('turns pages, and answers a page that does not exist with the nearest one', () => {
    const long = runbookOf(
      `# A test\n\n${Array.from({ length: 200 }, (_, i) => `## Part ${i}\n\n${'word '.repeat(60)}`).join('\n\n')}\n`,
    )
    const pages = pagesOf(long)
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) expect(validateView(page)).toEqual([])
    expect(runbookModal(viewWith(), long, 10_000)).toEqual(pages.at(-1))
    expect(runbookModal(viewWith(), long, -1)).toEqual(pages[0])
    expect(runbookModal(viewWith(), long, Number.NaN)).toEqual(pages[0])
  })

  it('says so when there is no runbook', () => {
    expect(validateView(runbookModal(null, null, 0))).toEqual([])
    expect(JSON.stringify(runbookModal(null, null, 0))).toContain('no runbook that can be read')
  })

  it('P9: takes any runbook and any card', () => {
    const base = runbookOf('# A test\n\n## Part\n\nWords.\n')
    const section = base.sections[0]!
    const runbook = fc.record({ title: hostileText, owner: hostileText, intro: hostileText, heading: hostileText, prose: hostileText, when: hostileText, level: fc.integer({ min: 1, max: 6 }) }).map(
      ({ title, owner, intro, heading, prose, when, level }) => ({ ...base, title, owner, intro, sections: [{ ...section, heading, prose, level, when: [{ text: when, matchers: [], line: 1 }] }] }),
    ) // prettier-ignore
    fc.assert(
      fc.property(anyView, runbook, fc.nat(), (view, any, page) => {
        expect(validateView(runbookModal(view, any, page))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
