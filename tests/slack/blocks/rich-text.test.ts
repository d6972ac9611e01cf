// P9: Markdown in Slack mentions nobody, its links say where they lead, and every page is one that Slack takes.
import * as fc from 'fast-check'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { validateBlocks } from '../../../src/sandbox/slack/blocks/validate.ts'
import { markdownPages, type TextBlock } from '../../../src/slack/blocks/rich-text.ts'

const blocksOf = (markdown: string): readonly TextBlock[] => markdownPages(markdown).flat()
/** The elements of the one rich_text block. */
const elementsOf = (markdown: string): unknown[] =>
  blocksOf(markdown).flatMap((block): unknown[] => (block.type === 'rich_text' ? block.elements : [block]))
const text = (value: string, style?: Record<string, boolean>): unknown => ({
  type: 'text',
  text: value,
  ...(style !== undefined && { style }),
})
const section = (...elements: unknown[]): unknown => ({ type: 'rich_text_section', elements })

/** Every leaf anywhere in the blocks. */
function leaves(value: unknown): { type: string; text?: string; url?: string }[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(leaves)
  if (
    'type' in value &&
    ['text', 'link', 'broadcast', 'user', 'usergroup', 'emoji'].includes(String(value.type))
  )
    return [value as { type: string }]
  return Object.values(value).flatMap(leaves)
}

describe('what Markdown has', () => {
  test('headings of the first two levels are headers, deeper ones bold', () => {
    expect(elementsOf('# One *two*\n\n### Three')).toEqual([
      { type: 'header', text: { type: 'plain_text', text: 'One two', emoji: false } },
      section(text('Three', { bold: true }), text('\n')),
    ])
  })

  test('styles nest', () => {
    expect(elementsOf('a **b _c_ `d`** ~~e~~')).toEqual([
      section(
        text('a '),
        text('b ', { bold: true }),
        text('c', { bold: true, italic: true }),
        text(' ', { bold: true }),
        text('d', { bold: true, code: true }),
        text(' '),
        text('e', { strike: true }),
        text('\n'),
      ),
    ])
  })

  test('lists nest by indent, numbers go on after what stands between', () => {
    expect(elementsOf('3. a\n   - b\n4. c')).toEqual([
      { type: 'rich_text_list', style: 'ordered', indent: 0, offset: 2, elements: [section(text('a'))] },
      { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [section(text('b'))] },
      { type: 'rich_text_list', style: 'ordered', indent: 0, offset: 3, elements: [section(text('c'))] },
    ])
  })

  test('boxes, code in items, quotes, code, rules, tables', () => {
    expect(elementsOf('- [x] done\n- [ ] open\n\n      run\n\n> a\n>\n> b\n\n---\n\n```sh\nls\n```\n\n| a | bb |\n|-|-|\n| ccc | d |')).toEqual([
      {
        type: 'rich_text_list',
        style: 'bullet',
        indent: 0,
        elements: [section(text('☑ '), text('done')), section(text('☐ '), text('open'))],
      },
      { type: 'rich_text_preformatted', elements: [text('run')] },
      { type: 'rich_text_quote', elements: [text('a'), text('\n'), text('b')] },
      { type: 'divider' },
      { type: 'rich_text_preformatted', elements: [text('ls')] },
      { type: 'rich_text_preformatted', elements: [text('a    bb\nccc  d')] },
    ]) // prettier-ignore
  })

  test('comments are for writers', () => {
    expect(blocksOf('<!-- not this -->\n\na <!-- nor this -->b')).toEqual([
      { type: 'rich_text', elements: [section(text('a '), text('b'), text('\n'))] },
    ])
  })

  test('nothing has no page', () => {
    expect(markdownPages(' \n\n')).toEqual([])
  })
})

describe('P9: text is inert', () => {
  test.each(['<!channel>', '<!here|x>', '<@U123>', '<!subteam^S1>', ':fire:', '<https://evil.example|safe>', '&lt;!channel&gt;', '@channel'])(
    '%s stays text, wherever it stands',
    (hostile) => {
      for (const around of [hostile, `- ${hostile}`, `> ${hostile}`, `\`${hostile}\``, `# ${hostile}`, `| ${hostile} |\n|-|\n| a |`, `**x** ${hostile}`, `    ${hostile}`]) {
        const found = leaves(blocksOf(around))
        expect(found.filter(({ type }) => type !== 'text' && type !== 'link')).toEqual([])
      }
    },
  ) // prettier-ignore

  test.each([
    ['[docs](https://spark.apache.org/docs)', 'docs', ' (spark.apache.org)', 'https://spark.apache.org/docs'],
    [
      '[https://bank.example](https://evil.example/x)',
      'https://bank.example',
      ' (evil.example)',
      'https://evil.example/x',
    ],
    [
      '[log in](https://bank.example@evil.example/)',
      'log in',
      ' (evil.example)',
      'https://bank.example@evil.example/',
    ],
    ['[x](https://xn--pple-43d.com)', 'x', ' (xn--pple-43d.com)', 'https://xn--pple-43d.com/'],
    ['[x](https://аpple.com)', 'x', ' (xn--pple-43d.com)', 'https://xn--pple-43d.com/'],
    ['![shot](https://img.example/a.png)', 'shot', ' (img.example)', 'https://img.example/a.png'],
  ])('%s shows its host', (markdown, label, beside, url) => {
    expect(leaves(blocksOf(markdown)).slice(0, 2)).toEqual([{ type: 'link', url, text: label }, text(beside)])
  })

  test('an address that is its own label needs no host beside it', () => {
    expect(leaves(blocksOf('<https://spark.apache.org/docs>'))).toEqual([
      { type: 'link', url: 'https://spark.apache.org/docs', text: 'https://spark.apache.org/docs' },
      text('\n'),
    ])
  })

  test.each(['javascript:alert(1)', 'slack://open', 'file:///etc/passwd', './executor-oom.md', 'https://%'])(
    'a link to %s is text',
    (url) => {
      const found = leaves(blocksOf(`[press](${url})`))
      expect(found.map(({ type }) => type)).not.toContain('link')
      expect(found.map((leaf) => leaf.text).join('')).toBe(`press (${url})\n`)
    },
  )

  test('characters that turn the direction around are dropped', () => {
    expect(leaves(blocksOf('a\u202Egnp.exe'))[0]?.text).toBe('agnp.exe')
  })
})

describe('pages', () => {
  const valid = (pages: readonly (readonly TextBlock[])[], blocks: number, characters: number): void => {
    for (const page of pages) {
      expect(validateBlocks('message', page)).toEqual([])
      expect(page.length).toBeLessThanOrEqual(blocks)
      const size = leaves(page).reduce((n, leaf) => n + (leaf.text?.length ?? 0) + (leaf.url?.length ?? 0), 0)
      expect(size).toBeLessThanOrEqual(characters)
    }
  }
  const words = (pages: readonly (readonly TextBlock[])[]): string =>
    leaves(pages)
      .map((leaf) => leaf.text)
      .join('')
      .replaceAll(/\s/g, '')

  test('long code is cut at line ends, and no character is lost', () => {
    const code = Array.from({ length: 2000 }, (_, i) => `line ${i} 😀`).join('\n')
    const pages = markdownPages(`\`\`\`\n${code}\n\`\`\``)
    valid(pages, 40, 12_000)
    expect(pages.length).toBeGreaterThan(1)
    expect(words(pages)).toBe(code.replaceAll(/\s/g, ''))
    expect(leaves(pages).every((leaf) => leaf.text?.startsWith('line') === true)).toBe(true)
  })

  test('a long list is cut between items and goes on counting', () => {
    const list = Array.from({ length: 500 }, (_, i) => `${i + 1}. ${'word '.repeat(20)}`).join('\n')
    const pages = markdownPages(list)
    valid(pages, 40, 12_000)
    const offsets = pages
      .flat()
      .flatMap((block) =>
        block.type === 'rich_text' ? block.elements.map((e) => ('offset' in e ? e.offset : 0)) : [],
      )
    expect(new Set(offsets).size).toBe(offsets.length)
  })

  test('a page turns before its blocks run out, and none ends in a header', () => {
    const pages = markdownPages(Array.from({ length: 40 }, (_, i) => `## H${i}\n\ntext ${i}`).join('\n\n'), {
      blocks: 7,
    })
    valid(pages, 7, 12_000)
    expect(pages.slice(0, -1).map((page) => page.at(-1)?.type)).not.toContain('header')
    expect(words(pages)).toBe(Array.from({ length: 40 }, (_, i) => `text${i}`).join(''))
  })

  test('every shipped runbook fits, as message and as modal', async () => {
    const names = (await readdir('runbooks')).filter((name) => name.endsWith('.md'))
    expect(names.length).toBeGreaterThan(6)
    for (const name of names) {
      const pages = markdownPages(await readFile(path.join('runbooks', name), 'utf8'))
      valid(pages, 40, 12_000)
      for (const page of pages) expect(validateBlocks('modal', page)).toEqual([])
    }
  })

  test.each([
    ['quotes in quotes', '>'.repeat(5000)],
    ['lists in lists', '- '.repeat(1000)],
    ['one word', 'x'.repeat(100_000)],
    ['emoji at every cut', '😀'.repeat(20_000)],
    ['a link too long', `[a](https://x.example/${'y'.repeat(5000)})`],
    ['nothing but spaces in code', `\`\`\`\n${' '.repeat(10)}\n\`\`\``],
  ])('%s: Slack still takes it', (_, markdown) => {
    valid(markdownPages(markdown), 40, 12_000)
  })

  test('whatever the Markdown, whatever the limits', () => {
    const scrap = fc.constantFrom('# ', '- ', '1. ', '> ', '```\n', '\n', '\n\n', '|a|b|\n|-|-|\n', '[x](', ')', 'https://a.example', '**', '_', '`', '<!channel>', '---\n', '😀', '\0', '\u202E', '![')
    const markdown = fc.array(fc.oneof(scrap, fc.string({ unit: 'binary', maxLength: 300 })), { maxLength: 40 })
    fc.assert(
      fc.property(markdown, fc.integer({ min: 2, max: 40 }), fc.integer({ min: 400, max: 12_000 }), (parts, blocks, characters) => {
        valid(markdownPages(parts.join(''), { blocks, characters }), blocks, characters + 300)
      }),
      { numRuns: 300 },
    )
  }) // prettier-ignore
})
