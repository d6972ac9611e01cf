// The blocks that every client shows: header, section, context, actions, image, input, divider, video.
import { PRESSABLE } from './buttons.ts'
import { DATETIME, PICKERS, RICH_INPUT, WRITING } from './inputs.ts'
import type { Problem } from './problem.ts'
import { type Fields, boolean, byType, integer, list, object, oneOf, string } from './schema.ts'
import { MULTI_SELECTS, SELECTS } from './selects.ts'
import { IMAGE_FIELDS, anyText, imageElement, mrkdwn, plainText, url } from './text.ts'

const block_id = string(255)

/** Seen at the real service: multi selects in `actions` are refused at the block, by their family name. */
function inActions(type: string, at: string): Problem {
  if (Object.hasOwn(MULTI_SELECTS, type))
    return {
      pointer: at.replace(/\/elements\/\d+$/, ''),
      code: 'unsupported_element',
      message: 'unsupported element: multiselect',
    }
  return { pointer: `${at}/type`, code: 'unsupported_type', message: `unsupported type: ${type}` }
}

const accessory = byType({ ...PRESSABLE, ...SELECTS, ...MULTI_SELECTS, ...PICKERS, image: imageElement })
const inActionsBlock = byType({ ...PRESSABLE, ...SELECTS, ...PICKERS, ...DATETIME, ...RICH_INPUT }, inActions)
const inInput = byType({ ...SELECTS, ...MULTI_SELECTS, ...PICKERS, ...DATETIME, ...RICH_INPUT, ...WRITING })
const inContext = byType({ image: imageElement, plain_text: plainText(3000), mrkdwn: mrkdwn(3000) })

function saysSomething(value: Record<string, unknown>, at: string, out: Problem[]): void {
  if (value['text'] === undefined && value['fields'] === undefined)
    out.push({ pointer: at, code: 'missing_field', message: 'must define either `fields` or `text`' })
}

export const BASIC: Fields = {
  header: object({ type: oneOf('header'), text: plainText(150) }, { block_id, level: integer(1, 4) }),
  section: object(
    { type: oneOf('section') },
    { block_id, text: anyText(3000), fields: list(anyText(2000), 10), accessory, expand: boolean },
    saysSomething,
  ),
  context: object({ type: oneOf('context'), elements: list(inContext, 10) }, { block_id }),
  actions: object({ type: oneOf('actions'), elements: list(inActionsBlock, 25) }, { block_id }),
  divider: object({ type: oneOf('divider') }, { block_id }),
  image: object(
    IMAGE_FIELDS.required,
    { ...IMAGE_FIELDS.optional, block_id, title: plainText(2000) },
    IMAGE_FIELDS.rule,
  ),
  input: object(
    { type: oneOf('input'), label: plainText(2000), element: inInput },
    { block_id, hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  ),
  video: object(
    {
      type: oneOf('video'),
      video_url: url(),
      thumbnail_url: url(),
      alt_text: string(2000),
      title: plainText(199),
    },
    {
      block_id,
      title_url: url(),
      author_name: string(49),
      provider_name: string(255),
      provider_icon_url: url(),
      description: plainText(200),
    },
  ),
}
