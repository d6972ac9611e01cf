// The rich_text block: sections, lists, quotes and code, and every leaf in them. Text leaves are inert.
import { type Check, type Fields, boolean, byType, integer, list, object, oneOf, string } from './schema.ts'
import { url } from './text.ts'

const style = object(
  {},
  {
    bold: boolean,
    italic: boolean,
    strike: boolean,
    code: boolean,
    underline: boolean,
    highlight: boolean,
    client_highlight: boolean,
    unlink: boolean,
  },
)

const id = string(255)
const border = oneOf(0, 1)
const timestamp = integer(0, Number.MAX_SAFE_INTEGER)

const text = object({ type: oneOf('text'), text: string(12_000) }, { style })
const link = object({ type: oneOf('link'), url: url() }, { text: string(12_000, 0), unsafe: boolean, style })

const LEAVES: Fields = {
  text,
  link,
  emoji: object(
    { type: oneOf('emoji'), name: id },
    { unicode: id, url: url(), skin_tone: integer(1, 6), style },
  ),
  user: object({ type: oneOf('user'), user_id: id }, { style }),
  usergroup: object({ type: oneOf('usergroup'), usergroup_id: id }, { style }),
  channel: object({ type: oneOf('channel'), channel_id: id }, { style }),
  team: object({ type: oneOf('team'), team_id: id }, { style }),
  broadcast: object({ type: oneOf('broadcast'), range: oneOf('here', 'channel', 'everyone') }, { style }),
  color: object({ type: oneOf('color'), value: string(7) }, { style }),
  date: object(
    { type: oneOf('date'), timestamp, format: string(3000) },
    { url: url(), fallback: string(3000), style },
  ),
}

/** Slack gives no number for leaves; a block's text is bounded by the message. */
const MANY = 10_000

const leaves = list(byType(LEAVES), MANY, 0)
const section = object({ type: oneOf('rich_text_section'), elements: leaves })

const PARTS: Fields = {
  rich_text_section: section,
  rich_text_list: object(
    {
      type: oneOf('rich_text_list'),
      style: oneOf('bullet', 'ordered'),
      elements: list(byType({ rich_text_section: section }), MANY, 0),
    },
    { indent: integer(0, 8), offset: integer(0, MANY), border },
  ),
  rich_text_quote: object({ type: oneOf('rich_text_quote'), elements: leaves }, { border }),
  // Code takes text and links alone.
  rich_text_preformatted: object(
    { type: oneOf('rich_text_preformatted'), elements: list(byType({ text, link }), MANY, 0) },
    { border, language: string(255) },
  ),
}

export const richText: Check = object(
  { type: oneOf('rich_text'), elements: list(byType(PARTS), MANY) },
  { block_id: string(255) },
)
