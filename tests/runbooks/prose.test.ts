// Prose cut out section by section keeps its reference links and footnotes, within bounds.
import { describe, expect, test } from 'vitest'
import { MAX_BYTES } from '../../src/runbooks/bounds.ts'
import { actionsOf } from '../../src/runbooks/model.ts'
import { parseMarkdown, nodesIn } from '../../src/runbooks/markdown.ts'
import { runbook } from './support.ts'

const book = (body: string): ReturnType<typeof runbook> => runbook('a', 'catch_all: true', body)
const linksIn = (text: string): string[] =>
  [...nodesIn(parseMarkdown(text))].flatMap((node) =>
    node.type === 'linkReference' ? [node.identifier] : [],
  )

describe('a section shown alone', () => {
  test('brings along the definitions it uses, and no others', () => {
    const { intro, sections } = book(
      'See [all][docs].\n\n## One\n\nSee [the page][Page] and ![chart].\n\n## Two\n\nNothing.\n\n[page]: https://a.example/\n[docs]: https://b.example/\n[chart]: https://c.example/x.png\n',
    )
    expect(intro).toBe('See [all][docs].\n\n[docs]: https://b.example/')
    expect(sections[0]?.prose).toBe(
      'See [the page][Page] and ![chart].\n\n[page]: https://a.example/\n\n[chart]: https://c.example/x.png',
    )
    expect(linksIn(sections[0]?.prose ?? '')).toEqual(['page'])
    // Where they stand already they are not said twice.
    expect(sections[1]?.prose.match(/\[page\]:/g)).toHaveLength(1)
  })

  test('and the explanation of an action does', () => {
    const { sections } = book(
      '## Stop\n\nRead [the risk][risk].\n\n```yaml action\nid: k\nuse: spark.kill-application\n```\n\n## End\n\n[risk]: https://a.example/\n',
    )
    const [action] = actionsOf({ sections } as ReturnType<typeof runbook>)
    expect(action?.prose).toBe('Read [the risk][risk].\n\n[risk]: https://a.example/')
  })

  test('footnotes come with what they refer to; of two definitions the first counts', () => {
    const { sections } = book(
      '## One\n\nText.[^n]\n\n## Two\n\nEnd.\n\n[^n]: See [x].\n\n[x]: https://first.example/\n[x]: https://second.example/\n',
    )
    expect(sections[0]?.prose).toBe('Text.[^n]\n\n[^n]: See [x].\n\n[x]: https://first.example/')
  })

  test('references inside lists and quotes count; code and plain brackets do not', () => {
    const { sections } = book(
      '## One\n\n- > [a][x]\n\n`[b][y]` [z]\n\n## Two\n\n[x]: https://x/\n[y]: https://y/\n',
    )
    expect(sections[0]?.prose).toBe('- > [a][x]\n\n`[b][y]` [z]\n\n[x]: https://x/')
  })

  test('definitions that lead in circles end', () => {
    expect(book('## One\n\nT[^a]\n\n## Two\n\n[^a]: See[^b]\n\n[^b]: See[^a]\n').sections[0]?.prose).toBe(
      'T[^a]\n\n[^a]: See[^b]\n\n[^b]: See[^a]',
    )
  })

  test('a long footnote in four hundred sections does not fill the memory', () => {
    const note = `[^n]: ${'long words. '.repeat(300)}\n\n    ${'more. '.repeat(500)}\n`
    const { sections } = book(`${'## S\n\nT[^n]\n\n'.repeat(400)}## End\n\n${note}`)
    const total = sections.reduce((sum, { prose }) => sum + prose.length, 0)
    expect(total).toBeLessThan(2 * MAX_BYTES)
    expect(sections[0]?.prose).toContain('long words')
    expect(sections[399]?.prose).toBe('T[^n]')
  })
})
