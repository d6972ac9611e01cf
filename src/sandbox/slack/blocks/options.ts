// Options, groups of them, confirmation dialogs: what elements share.
import type { Problem } from './problem.ts'
import { type Fields, boolean, isObject, list, object, oneOf, string } from './schema.ts'
import { anyText, plainText, url } from './text.ts'

export const actionId = string(255)
export const placeholder = plainText(150)
export const style = oneOf('primary', 'danger')

/** "Are you sure?" */
export const confirm = object(
  { text: anyText(300) },
  { title: plainText(100), confirm: plainText(30), deny: plainText(30), style },
)

/** What most elements may have besides their own fields. */
export const COMMON: Fields = { action_id: actionId, confirm }
export const FOCUS: Fields = { focus_on_load: boolean }

/** An option of a select: plain text alone. */
export const plainOption = object({ text: plainText(75), value: string(150) }, { description: plainText(75) })

/** An option of checkboxes and radio buttons may be mrkdwn. */
export const richOption = object({ text: anyText(75), value: string(150) }, { description: anyText(75) })

/** An option of an overflow menu may be a link. */
export const overflowOption = object(
  { text: plainText(75), value: string(150) },
  { description: plainText(75), url: url() },
)

export const optionGroup = object({ label: plainText(75), options: list(plainOption, 100) })

export const dispatchActionConfig = object(
  {},
  {
    trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 2),
  },
)

function offered(element: Record<string, unknown>): unknown[] {
  const groups = Array.isArray(element['option_groups']) ? (element['option_groups'] as unknown[]) : []
  const grouped = groups.flatMap((group) =>
    isObject(group) && Array.isArray(group['options']) ? group['options'] : [],
  )
  return [...(Array.isArray(element['options']) ? (element['options'] as unknown[]) : []), ...grouped]
}

/** What makes two options the same to Slack: text, value and description, whatever emoji flags say. */
function identity(option: unknown): string {
  if (!isObject(option)) return ''
  const words = (text: unknown): unknown => (isObject(text) ? [text['type'], text['text']] : text)
  return JSON.stringify([words(option['text']), option['value'], words(option['description']) ?? null])
}

/** An initial option must be one of those offered, word for word. */
export function initialIsOffered(element: Record<string, unknown>, at: string, out: Problem[]): void {
  const known = new Set(offered(element).map(identity))
  const check = (option: unknown, pointer: string): void => {
    if (isObject(option) && !known.has(identity(option)))
      out.push({ pointer, code: 'no_such_option', message: 'must exactly match one of the options' })
  }
  check(element['initial_option'], `${at}/initial_option`)
  const several = element['initial_options']
  if (Array.isArray(several))
    for (const [index, option] of several.entries()) check(option, `${at}/initial_options/${index}`)
}

/** Several checks of the same object, one after the other. */
export function all(
  ...rules: ((value: Record<string, unknown>, at: string, out: Problem[]) => void)[]
): typeof initialIsOffered {
  return (value, at, out) => {
    for (const rule of rules) rule(value, at, out)
  }
}
