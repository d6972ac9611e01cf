import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseInline,
  parseMrkdwn,
  safeUrl,
  unescapeSlack,
  type Inline,
} from '../../../src/sandbox/page/text/mrkdwn.ts'
import { drawMrkdwn, type Names } from '../../../src/sandbox/page/text/view.ts'
import { toHtml } from './to-html.ts'

const NAMES: Names = {
  user: (id) => ({ U0ALICE: 'Alice', U0BOB: 'Bob' })[id],
  channel: (id) => ({ C0GENERAL: 'general' })[id],
  me: 'U0ALICE',
  reader: { now: Date.UTC(2026, 10, 22, 12), timeZone: 'UTC' },
}
const draw = (source: string): string => toHtml(drawMrkdwn(source, NAMES)).replaceAll(/ class="[^"]*"/g, '')
const inner = (source: string): string => draw(source).replace(/^<p>(.*)<\/p>$/s, '$1')

describe('mrkdwn is drawn as Slack draws it', () => {
  it.each([
    [
      '*bold* _italic_ ~strike~ `code`',
      '<strong>bold</strong> <em>italic</em> <s>strike</s> <code>code</code>',
    ],
    ['*_both_*', '<strong><em>both</em></strong>'],
    ['(*in brackets*), *end*.', '(<strong>in brackets</strong>), <strong>end</strong>.'],
    [
      '*<https://example.com|a>*',
      '<strong><a href="https://example.com" title="https://example.com" target="_blank" rel="noopener noreferrer nofollow">a</a></strong>',
    ],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['* not bold * and ** nor this', '* not bold * and ** nor this'],
    ['`*inert* <@U0ALICE>`', '<code>*inert* @U0ALICE</code>'],
    ['one\ntwo', 'one<br></br>two'],
    [':fire: :no_such_thing: 10:30:45', '🔥 :no_such_thing: 10:30:45'],
    [
      '<@U0ALICE> <@U0BOB|bobby> <@U0NOBODY|ghost> <@U0NOBODY>',
      '<span>@Alice</span> <span>@Bob</span> <span>@ghost</span> <span>@U0NOBODY</span>',
    ],
    ['<#C0GENERAL> <#C0OTHER|elsewhere>', '<span>#general</span> <span>#elsewhere</span>'],
    ['<!here> <!subteam^S1|@sre>', '<span>@here</span> <span>@sre</span>'],
    [
      '<mailto:a@example.com|a@example.com>',
      '<a href="mailto:a@example.com" title="mailto:a@example.com" target="_blank" rel="noopener noreferrer nofollow">a@example.com</a>',
    ],
    ['', ''],
  ])('%s', (source, expected) => {
    expect(inner(source)).toBe(expected)
  })

  it('quotes whole lines, written with > or with its escape, and joins neighbours', () => {
    expect(draw('&gt; one\n> two\nthree')).toBe('<blockquote>one<br></br>two</blockquote><p>three</p>')
    expect(draw('>>> all\nthe rest')).toBe('<blockquote>all<br></br>the rest</blockquote>')
  })

  it('keeps a fence as it is, over lines', () => {
    expect(draw('see ```\n*a*\n<@U0BOB> &amp; b\n``` end')).toBe(
      '<p>see </p><pre><code>*a*\n@U0BOB &amp; b</code></pre><p> end</p>',
    )
  })

  it('links bare addresses without their full stop, unless the text is verbatim', () => {
    const link = {
      kind: 'link',
      url: 'https://example.com/a_b_c?x=1&y=2',
      label: 'https://example.com/a_b_c?x=1&y=2',
    }
    expect(parseInline('See https://example.com/a_b_c?x=1&amp;y=2.')).toEqual([
      { kind: 'text', text: 'See ' },
      link,
      { kind: 'text', text: '.' },
    ])
    expect(parseInline('https://example.com', true)).toEqual([{ kind: 'text', text: 'https://example.com' }])
  })
})

describe('P9: text from outside is inert', () => {
  it.each([
    ['escaped mentions mention nobody', '&lt;!channel&gt; &lt;@U0BOB&gt;', '&lt;!channel&gt; &lt;@U0BOB&gt;'],
    ['each escape is undone once', '&amp;lt;!here&amp;gt;', '&amp;lt;!here&amp;gt;'],
    ['markup stays text', '&lt;img src=x onerror=alert(1)&gt;', '&lt;img src=x onerror=alert(1)&gt;'],
    ['raw markup stays text too', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    [
      'no address but web and mail is a link',
      '<javascript:alert(1)|here>',
      '&lt;javascript:alert(1)|here&gt;',
    ],
    ['nor data:', '<data:text/html;base64,AAAA>', '&lt;data:text/html;base64,AAAA&gt;'],
    ['nor in another case', '<JaVaScRiPt:alert(1)>', '&lt;JaVaScRiPt:alert(1)&gt;'],
  ])('%s', (_, source, expected) => {
    expect(inner(source)).toBe(expected)
  })

  it('draws no element that the parser does not name, whatever comes in', () => {
    const known = /^(p|pre|code|blockquote|strong|em|s|br|a|span|time)$/
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Array.from('<>&;*_~`|!@#^\n :/ax"\''), 'http://', '<!date^1^', '```'), {
          maxLength: 60,
        }),
        (parts) => {
          const html = draw(parts.join(''))
          for (const [, tag = ''] of html.matchAll(/<\/?([^\s>]+)/g)) expect(tag).toMatch(known)
          for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g)) expect(safeUrl(href)).toBeDefined()
        },
      ),
    )
  })

  it('loses no letter of plain text', () => {
    const said = (inlines: readonly Inline[]): string =>
      inlines
        .map((one) => (one.kind === 'text' ? one.text : one.kind === 'style' ? said(one.children) : ''))
        .join('')
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab *_~ .')) }), (text) => {
        const letters = (value: string): string => value.replaceAll(/[^ab]/g, '')
        expect(letters(said(parseInline(text)))).toBe(letters(text))
      }),
    )
  })

  it('stays quick on a text made to be slow', () => {
    const worst = '*a _b ~c '.repeat(333)
    const before = performance.now()
    parseMrkdwn(worst)
    // Quadratic is some milliseconds at Slack's 3000 characters; anything worse would be minutes.
    expect(performance.now() - before).toBeLessThan(5000)
  })
})

it('undoes exactly the three escapes of Slack', () => {
  expect(unescapeSlack('&lt;a&gt; &amp;amp; &quot; &#39;')).toBe('<a> &amp; &quot; &#39;')
})
