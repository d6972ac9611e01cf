// What a person entered and has not sent: kept through redraws, and never more than the blocks still offer.
import { describe, expect, it, vi } from 'vitest'
import { drawChoices } from '../../../src/sandbox/page/elements/choices.ts'
import { createForm } from '../../../src/sandbox/page/elements/form.ts'
import type { Drawing, Host } from '../../../src/sandbox/page/elements/element.ts'
import { drawFiles, sizeOf } from '../../../src/sandbox/page/blocks/files.ts'
import type { FileRecord } from '../../../src/sandbox/slack/types.ts'
import { HOSTILE } from './gallery.ts'
import { toHtml } from './to-html.ts'

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const option = (value: string) => ({ text: plain(`Step ${value}`), value })
const boxes = (...values: string[]) => ({
  type: 'checkboxes' as const,
  action_id: 'tick',
  options: values.map(option),
})

describe('a form', () => {
  it('sends what stands in these blocks alone, without choices that an edit took away', () => {
    const form = createForm()
    form.set('steps', 'tick', { type: 'checkboxes', selected_options: [option('1'), option('2')] })
    form.set('mode', 'pick', { type: 'radio_buttons', selected_option: option('gone') })
    form.set('note', 'text', { type: 'plain_text_input', value: 'typed' })
    const blocks = [
      { block_id: 'steps', accessory: boxes('2', '3') },
      { block_id: 'mode', elements: [{ ...boxes('real'), type: 'radio_buttons', action_id: 'pick' }] },
      { block_id: 'note', element: { type: 'plain_text_input', action_id: 'text' } },
    ]
    expect(form.within(blocks)).toEqual({
      steps: { tick: { type: 'checkboxes', selected_options: [option('2')] } },
      note: { text: { type: 'plain_text_input', value: 'typed' } },
    })
    expect(form.within([])).toEqual({})
    expect(form.within(undefined)).toEqual({})
  })

  it('knows ids of an app for names, whatever they are', () => {
    const form = createForm()
    expect(form.get('constructor', 'name')).toBeUndefined()
    form.set('__proto__', '__proto__', { value: 'typed' })
    expect(form.get('__proto__', '__proto__')).toEqual({ value: 'typed' })
    const sent = form.within([{ block_id: '__proto__', element: { action_id: '__proto__' } }])
    expect(JSON.stringify(sent)).toBe('{"__proto__":{"__proto__":{"value":"typed"}}}')
  })

  it('forgets what a person thought better of', () => {
    const form = createForm()
    form.set('steps', 'tick', { selected_options: [] })
    form.set('steps', 'tick', undefined)
    expect(form.get('steps', 'tick')).toBeUndefined()
    expect(form.within([{ block_id: 'steps', accessory: boxes('1') }])).toEqual({})
  })
})

describe('boxes', () => {
  const draw = (extra: object, busy = false): string =>
    toHtml(
      drawChoices({
        element: { ...boxes('1', '2'), ...extra },
        actionId: 'tick',
        blockId: 'steps',
        label: 'Look at heap',
        host: { names: {} } as Host,
        busy,
        choose: vi.fn(),
        kept: undefined,
      }),
    )

  it('are a group with a name, or a radio group, and each has its words beside it', () => {
    expect(draw({})).toContain('role="group" aria-label="Look at heap"')
    expect(draw({ type: 'radio_buttons' })).toContain('role="radiogroup" aria-label="Look at heap"')
    expect(draw({}).match(/<label class="choice"><input type="checkbox"/g)).toHaveLength(2)
  })

  it('stay usable while a press is on its way', () => {
    expect(draw({}, true)).not.toContain('disabled')
  })

  it('send all that is ticked in the order offered', () => {
    const choose = vi.fn<Drawing<unknown>['choose']>()
    const drawing = {
      element: boxes('1', '2', '3'),
      actionId: 'tick',
      blockId: 'steps',
      label: undefined,
      host: { names: {} } as Host,
      busy: false,
      choose,
      kept: { selected_options: [option('3')] },
    } as unknown as Parameters<typeof drawChoices>[0]
    const tree = drawChoices(drawing) as unknown as { props: { children: unknown } }
    const inputs: { props: { onChange: (event: unknown) => void } }[] = []
    const walk = (node: unknown): void => {
      if (Array.isArray(node)) for (const child of node) walk(child)
      else if (typeof node === 'object' && node !== null && 'props' in node) {
        const element = node as { type: unknown; props: { children?: unknown; onChange?: unknown } }
        if (element.type === 'input') inputs.push(element as never)
        walk(element.props.children)
      }
    }
    walk(tree)
    inputs[0]?.props.onChange({ currentTarget: { checked: true } })
    expect(choose).toHaveBeenCalledExactlyOnceWith(
      { selected_options: [option('1'), option('3')] },
      { selected_option: ['1', '3'] },
    )
  })
})

describe('files', () => {
  const origin = 'http://127.0.0.1:3101'
  const file: FileRecord = {
    id: 'F1',
    name: 'oom.md',
    title: 'Out of memory',
    mimetype: 'text/markdown',
    filetype: 'markdown',
    pretty_type: 'Markdown (raw)',
    mode: 'hosted',
    size: 3481,
    preview: '---\nid: oom',
    preview_is_truncated: true,
    lines_more: 40,
    url_private: `${origin}/files/F1/oom.md`,
    url_private_download: `${origin}/files/F1/oom.md?download=1`,
    permalink: 'https://sandbox.slack.com/files/F1',
    user: 'U1',
    created: 1,
  }

  it('show name, size, how they begin, and a way to have them', () => {
    const html = toHtml(drawFiles([file], origin))
    expect(html).toContain('<strong>Out of memory</strong><small>oom.md · Markdown (raw) · 3.4 KB</small>')
    expect(html).toContain(`href="${origin}/files/F1/oom.md?download=1" download="oom.md"`)
    expect(html).toContain('aria-label="How oom.md begins"><code>---\nid: oom</code>')
    expect(html).toContain('40 more lines')
  })

  it('keep hostile names and texts as text, and link nowhere else', () => {
    const bad = {
      ...file,
      name: HOSTILE,
      title: HOSTILE,
      preview: HOSTILE,
      url_private_download: 'javascript:1',
    }
    const html = toHtml(drawFiles([bad], origin))
    expect(html).not.toMatch(/<script|<img|onerror="|href=/)
  })

  it('are pictures where they are pictures', () => {
    const html = toHtml(drawFiles([{ ...file, mimetype: 'image/png', alt_txt: 'Heap over an hour' }], origin))
    expect(html).toContain('alt="Heap over an hour"')
  })

  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1023 bytes'],
    [1024, '1 KB'],
    [1_572_864, '1.5 MB'],
    [2 ** 50, '1048576 GB'],
  ])('%i bytes read "%s"', (bytes, words) => {
    expect(sizeOf(bytes)).toBe(words)
  })
})
