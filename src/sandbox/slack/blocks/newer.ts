// The blocks of 2025 and 2026: tables, cards, containers, alerts, plans. Where sources disagree, the lower limit.
import { REACTIONS, button } from './buttons.ts'
import { BASIC } from './basic.ts'
import type { Problem } from './problem.ts'
import { richText } from './rich-text.ts'
import {
  type Check,
  type Fields,
  boolean,
  byType,
  either,
  integer,
  list,
  object,
  oneOf,
  string,
} from './schema.ts'
import { anyText, imageElement, mrkdwn, plainText, url } from './text.ts'

const block_id = string(255)

const number: Check = (value, at, out) => {
  if (typeof value !== 'number') out.push({ pointer: at, code: 'wrong_type', message: 'must be a number' })
}

const rawText = object({ type: oneOf('raw_text'), text: string(10_000, 0) })
const rawNumber = object({ type: oneOf('raw_number'), value: number, text: string(10_000, 0) })
const cell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText })

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (key === 'text' && typeof one === 'string' ? one.length : textLength(one)),
    0,
  )
}

function tableText(value: Record<string, unknown>, at: string, out: Problem[]): void {
  if (textLength(value['rows']) > 10_000)
    out.push({ pointer: `${at}/rows`, code: 'too_long', message: 'must be less than 10001 characters' })
}

const columnSettings = object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean })

const card = object(
  { type: oneOf('card') },
  {
    block_id,
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwn(150),
    subtitle: mrkdwn(150),
    body: mrkdwn(200),
    subtext: mrkdwn(200),
    actions: list(byType({ button }), 2),
  },
)

const source = object({ type: oneOf('url'), url: url(), text: string(3000) })
const taskCard = object(
  {
    type: oneOf('task_card'),
    task_id: string(255),
    title: string(3000),
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
  },
  { block_id, details: richText, output: richText, sources: list(source, 50, 0) },
)

const table = object(
  { type: oneOf('table'), rows: list(list(cell, 20), 100) },
  { block_id, column_settings: list(columnSettings, 20) },
  tableText,
)

const CHILDREN = ['actions', 'context', 'divider', 'header', 'image', 'input', 'section', 'video']
const child = byType({
  ...Object.fromEntries(Object.entries(BASIC).filter(([type]) => CHILDREN.includes(type))),
  rich_text: richText,
  table,
})

export const NEWER: Fields = {
  rich_text: richText,
  // Its own text limit is that of the whole payload, which the caller sums up.
  markdown: object({ type: oneOf('markdown'), text: string(12_000) }, { block_id }),
  table,
  data_table: object(
    { type: oneOf('data_table'), caption: string(3000), rows: list(list(cell, 20), 101) },
    { block_id, page_size: integer(1, 100), row_header_column_index: integer(0, 19) },
    tableText,
  ),
  card,
  carousel: object({ type: oneOf('carousel'), elements: list(byType({ card }), 10) }, { block_id }),
  container: object(
    { type: oneOf('container'), child_blocks: list(child, 10) },
    {
      block_id,
      title: plainText(150),
      rich_text_title: richText,
      subtitle: anyText(150),
      width: oneOf('narrow', 'standard', 'wide', 'full'),
      icon: imageElement,
      is_collapsible: boolean,
      default_collapsed: boolean,
      has_header_divider: boolean,
    },
    either('title', 'rich_text_title'),
  ),
  alert: object(
    { type: oneOf('alert'), text: anyText(200) },
    { block_id, level: oneOf('default', 'info', 'warning', 'error', 'success') },
  ),
  context_actions: object(
    { type: oneOf('context_actions'), elements: list(byType(REACTIONS), 5) },
    { block_id },
  ),
  task_card: taskCard,
  plan: object(
    { type: oneOf('plan'), title: string(3000) },
    { block_id, tasks: list(byType({ task_card: taskCard }), 50, 0) },
  ),
}
