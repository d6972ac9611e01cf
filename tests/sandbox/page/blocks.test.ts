import type { KnownBlock, RichTextBlock } from '@slack/types'
import { describe, expect, it } from 'vitest'
import { drawBlocks, type ElementLike, type Surface } from '../../../src/sandbox/page/blocks/blocks.ts'
import { drawRichText } from '../../../src/sandbox/page/blocks/rich-text.ts'
import { CARD, EVERYTHING, FINDING, HOSTILE, MODAL } from './gallery.ts'
import { toHtml } from './to-html.ts'

const drawn: { element: ElementLike; blockId: string; silent: boolean }[] = []
const SURFACE: Surface = {
  names: {
    user: (id) => (id === 'U0BOB' ? 'Bob' : undefined),
    channel: () => 'general',
    me: 'U0ALICE',
    reader: { now: 0, timeZone: 'UTC' },
  },
  imageOrigin: 'http://127.0.0.1:3101',
  element(element, blockId, silent) {
    drawn.push({ element, blockId, silent })
    return `[${element.type}]`
  },
  errors: { cause: 'Say a little more.' },
}
const draw = (blocks: unknown): string => {
  drawn.length = 0
  return toHtml(drawBlocks(blocks as KnownBlock[], SURFACE))
}

describe('layout blocks', () => {
  it('draws a card: header, fields, context and every action in order', () => {
    const html = draw(CARD.blocks)
    expect(html).toContain('<h3 class="block-title">Executors of orders-daily are being killed</h3>')
    expect(html.match(/class="field"/g)).toHaveLength(4)
    expect(drawn.map(({ element }) => element.action_id)).toEqual([
      'ack',
      'resolve',
      'runbook',
      'kill',
      'more',
    ])
    expect(drawn.every(({ blockId, silent }) => blockId === 'actions' && !silent)).toBe(true)
  })

  it('loads images of the sandbox alone, and names all others', () => {
    const html = draw([
      { type: 'image', image_url: 'http://127.0.0.1:3101/files/F1', alt_text: 'ours' },
      { type: 'image', slack_file: { id: 'F2' }, alt_text: 'ours by id' },
      { type: 'image', image_url: 'http://127.0.0.1:3101@evil.example.com/x.png', alt_text: 'theirs' },
      { type: 'image', image_url: 'not an address', alt_text: 'broken' },
    ])
    expect([...html.matchAll(/<img[^>]* src="([^"]*)"/g)].map(([, src]) => src)).toEqual([
      'http://127.0.0.1:3101/files/F1',
      'http://127.0.0.1:3101/files/F2',
    ])
    expect(html).toContain('theirs (an image at evil.example.com; the sandbox loads none from outside)')
    expect(html).toContain('broken (an image at an unreadable address')
  })

  it('keeps hostile text as text, in every text place', () => {
    const plain = { type: 'plain_text', text: HOSTILE }
    const html = draw([
      { type: 'header', text: plain },
      { type: 'section', text: { type: 'mrkdwn', text: HOSTILE }, fields: [plain] },
      { type: 'context', elements: [plain, { type: 'mrkdwn', text: HOSTILE }] },
      { type: 'image', image_url: HOSTILE, alt_text: HOSTILE, title: plain },
      { type: 'input', block_id: 'x', label: plain, hint: plain, element: { type: 'plain_text_input' } },
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: HOSTILE }] }],
      },
    ])
    expect(html).not.toMatch(/<script|<img|onerror="|href="javascript/)
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(8)
  })

  it('gives an input its label, its hint and the error of a refused submission', () => {
    const html = draw(MODAL.blocks)
    expect(html).toContain('<p class="input-error" role="alert">Say a little more.</p>')
    expect(html).toContain('One sentence; it goes to the timeline.')
    expect(html).toContain(
      '<legend><span class="input-label">Follow up<span class="input-optional"> (optional)</span>',
    )
    expect(drawn.every(({ silent }) => silent)).toBe(true)
  })

  it('says so where it cannot draw', () => {
    expect(draw([{ type: 'hologram' }])).toContain('which the sandbox does not draw')
  })

  it('draws everything of the gallery without a gap', () => {
    for (const { blocks } of [CARD, FINDING, EVERYTHING]) expect(draw(blocks)).not.toContain('does not draw')
  })
})

describe('rich text', () => {
  const rich = (elements: unknown[]): string =>
    toHtml(drawRichText({ type: 'rich_text', elements } as RichTextBlock, SURFACE.names)).replaceAll(
      / class="[^"]*"/g,
      '',
    )

  it('draws every leaf, with its styles around it', () => {
    const html = rich([
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'a', style: { bold: true, italic: true, strike: true, code: true } },
          { type: 'link', url: 'https://example.com', text: 'link' },
          { type: 'link', url: 'javascript:alert(1)', text: 'lie' },
          { type: 'user', user_id: 'U0BOB' },
          { type: 'channel', channel_id: 'C1' },
          { type: 'usergroup', usergroup_id: 'S1' },
          { type: 'broadcast', range: 'here' },
          { type: 'emoji', name: 'tada' },
          { type: 'date', timestamp: 0, format: '{date_num}', fallback: 'once' },
          { type: 'color', value: '#ff0000' },
        ],
      },
    ])
    expect(html).toContain('<strong><em><s><code><span>a</span></code></s></em></strong>')
    expect(html).toContain('<span>lie</span>')
    expect(html).toContain('<span>@Bob</span><span>#general</span><span>@S1</span><span>@here</span>🎉')
    expect(html).toContain('1970-01-01')
    expect(html).toContain('#ff0000')
  })

  it('draws text leaves as they are: no tokens, no marks', () => {
    const text = '<!channel> *a* &amp; <https://example.com|b>'
    expect(rich([{ type: 'rich_text_section', elements: [{ type: 'text', text }] }])).toContain(
      '&lt;!channel&gt; *a* &amp;amp; &lt;https://example.com|b&gt;',
    )
  })

  it('draws lists by kind, depth and offset, quotes and preformatted text', () => {
    const section = { type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }
    expect(rich([{ type: 'rich_text_list', style: 'ordered', offset: 4, elements: [section] }])).toContain(
      '<ol start="5"><li><span>x</span></li></ol>',
    )
    expect(rich([{ type: 'rich_text_list', style: 'bullet', indent: 99, elements: [section] }])).toContain(
      '<ul>',
    )
    expect(rich([{ type: 'rich_text_quote', elements: section.elements }])).toContain(
      '<blockquote><span>x</span>',
    )
    expect(rich([{ type: 'rich_text_preformatted', elements: section.elements }])).toContain(
      '<pre><code><span>x</span>',
    )
  })
})
