// Checks blocks and views as Slack would, and says what is wrong in Slack's words.
import { BASIC } from './basic.ts'
import { NEWER } from './newer.ts'
import type { Problem, Surface } from './problem.ts'
import { type Check, type Fields, boolean, byType, isObject, list, object, oneOf, string } from './schema.ts'
import { plainText } from './text.ts'

export type { Problem, Surface } from './problem.ts'

/** Where the newer blocks are shown; those not named are shown everywhere. */
const ONLY: Readonly<Record<string, readonly Surface[]>> = {
  alert: ['modal'],
  markdown: ['message'],
  table: ['message', 'home'],
  data_table: ['message'],
  card: ['message'],
  carousel: ['message'],
  container: ['message', 'home'],
  context_actions: ['message'],
  task_card: ['message'],
  plan: ['message'],
}

function blocksOf(surface: Surface): Check {
  const shown = Object.entries({ ...BASIC, ...NEWER }).filter(
    ([type]) => ONLY[type]?.includes(surface) ?? true,
  )
  const known: Fields = Object.fromEntries(shown)
  // Slack: 50 blocks in a message, 100 in a modal or Home tab.
  return list(byType(known), surface === 'message' ? 50 : 100, 0)
}

const BLOCKS: Readonly<Record<Surface, Check>> = {
  message: blocksOf('message'),
  modal: blocksOf('modal'),
  home: blocksOf('home'),
}

function elementsOf(block: Record<string, unknown>): { element: Record<string, unknown>; at: string }[] {
  const { elements, accessory, element } = block
  const several = Array.isArray(elements)
    ? elements.map((one, index) => ({ element: one as unknown, at: `/elements/${index}` }))
    : []
  return [...several, { element: accessory, at: '/accessory' }, { element, at: '/element' }].filter(
    (one): one is { element: Record<string, unknown>; at: string } => isObject(one.element),
  )
}

/** block_ids are unique in the payload, action_ids within their block. */
function findTwins(blocks: readonly unknown[], out: Problem[]): void {
  const seen = new Set<unknown>()
  for (const [index, block] of blocks.entries()) {
    if (!isObject(block)) continue
    const { block_id } = block
    if (typeof block_id === 'string' && seen.has(block_id))
      out.push({
        pointer: `/${index}/block_id`,
        code: 'duplicate_block_id',
        message: `\`block_id\` "${block_id}" already exists`,
      })
    seen.add(block_id)
    const actions = new Set<unknown>()
    for (const { element, at } of elementsOf(block)) {
      const { action_id } = element
      if (typeof action_id === 'string' && actions.has(action_id))
        out.push({
          pointer: `/${index}${at}/action_id`,
          code: 'duplicate_action_id',
          message: `\`action_id\` "${action_id}" already exists for this block`,
        })
      actions.add(action_id)
    }
  }
}

/** What is counted over all blocks: one table, 12,000 characters of markdown, one focus. */
function countTogether(blocks: readonly unknown[], out: Problem[]): void {
  let markdown = 0
  let tables = 0
  let focused = 0
  for (const [index, block] of blocks.entries()) {
    if (!isObject(block)) continue
    if (block['type'] === 'markdown' && typeof block['text'] === 'string') markdown += block['text'].length
    if (block['type'] === 'table') tables += 1
    if (block['type'] === 'table' && tables > 1)
      out.push({ pointer: `/${index}`, code: 'only_one_table_allowed', message: 'only one table allowed' })
    for (const { element, at } of elementsOf(block)) {
      if (element['focus_on_load'] !== true) continue
      focused += 1
      if (focused > 1)
        out.push({
          pointer: `/${index}${at}/focus_on_load`,
          code: 'focus_twice',
          message: 'only one element may have `focus_on_load`',
        })
    }
  }
  if (markdown > 12_000)
    out.push({ pointer: '', code: 'too_long', message: 'markdown must be less than 12001 characters in all' })
}

/**
 * Everything wrong with the blocks of a message, a modal or a Home tab; empty when Slack would take them.
 * Pointers begin at the array: `/0/text/text`. Limits are Slack's published ones as of November 2026.
 */
export function validateBlocks(surface: Surface, blocks: unknown): Problem[] {
  const out: Problem[] = []
  BLOCKS[surface](blocks, '', out)
  if (Array.isArray(blocks)) {
    findTwins(blocks, out)
    countTogether(blocks, out)
  }
  return out
}

// Blocks are looked at for themselves, with what is counted over all of them.
const anything: Check = () => undefined

const SHARED: Fields = {
  private_metadata: string(3000, 0),
  callback_id: string(255, 0),
  external_id: string(255, 0),
}

const VIEWS = byType({
  modal: object(
    { type: oneOf('modal'), title: plainText(24), blocks: anything },
    {
      ...SHARED,
      close: plainText(24),
      submit: plainText(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  ),
  home: object({ type: oneOf('home'), blocks: anything }, SHARED),
})

/** Everything wrong with a modal or Home view; pointers begin at the view: `/title/text`, `/blocks/0/text`. */
export function validateView(view: unknown): Problem[] {
  const out: Problem[] = []
  VIEWS(view, '', out)
  if (!isObject(view) || view['blocks'] === undefined) return out
  const { blocks, type, submit } = view
  const surface = type === 'home' ? 'home' : 'modal'
  for (const problem of validateBlocks(surface, blocks))
    out.push({ ...problem, pointer: `/blocks${problem.pointer}` })
  if (surface === 'modal' && submit === undefined && Array.isArray(blocks)) {
    const at = blocks.findIndex((block) => isObject(block) && block['type'] === 'input')
    if (at >= 0)
      out.push({
        pointer: `/blocks/${at}/input`,
        code: 'submit_missing',
        message: 'must define `submit` to use an `input` block in modals',
      })
  }
  return out
}
