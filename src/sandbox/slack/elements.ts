// Interactive elements: where they are in blocks, and what they contribute to state and actions.
import type { Blocks, JsonObject, Press, StateValues } from './types.ts'

export interface Placed {
  readonly block: JsonObject
  readonly block_id: string
  readonly element: JsonObject
}

/** Every element with an action_id, containers and cards included. */
export function elementsOf(blocks: Blocks): Placed[] {
  return blocks.flatMap((block) => {
    const own = [block['accessory'], block['element'], block['elements'], block['actions']]
      .flat()
      .filter(
        (element): element is JsonObject =>
          typeof (element as JsonObject | undefined)?.['action_id'] === 'string',
      )
      .map((element) => ({ block, block_id: String(block['block_id']), element }))
    return [...own, ...elementsOf((block['child_blocks'] as Blocks | undefined) ?? [])]
  })
}

interface Kind {
  /** The field of the answer in `state.values` and in the action. */
  readonly field: string
  readonly initial: string
  readonly many?: true
  readonly options?: true
}

/** How each element type reports what is chosen in it. Buttons and overflow menus keep no state. */
const KINDS: Record<string, Kind> = {
  static_select: { field: 'selected_option', initial: 'initial_option', options: true },
  external_select: { field: 'selected_option', initial: 'initial_option', options: true },
  radio_buttons: { field: 'selected_option', initial: 'initial_option', options: true },
  checkboxes: { field: 'selected_options', initial: 'initial_options', many: true, options: true },
  multi_static_select: { field: 'selected_options', initial: 'initial_options', many: true, options: true },
  multi_external_select: { field: 'selected_options', initial: 'initial_options', many: true, options: true },
  users_select: { field: 'selected_user', initial: 'initial_user' },
  multi_users_select: { field: 'selected_users', initial: 'initial_users', many: true },
  channels_select: { field: 'selected_channel', initial: 'initial_channel' },
  multi_channels_select: { field: 'selected_channels', initial: 'initial_channels', many: true },
  conversations_select: { field: 'selected_conversation', initial: 'initial_conversation' },
  multi_conversations_select: {
    field: 'selected_conversations',
    initial: 'initial_conversations',
    many: true,
  },
  datepicker: { field: 'selected_date', initial: 'initial_date' },
  timepicker: { field: 'selected_time', initial: 'initial_time' },
  datetimepicker: { field: 'selected_date_time', initial: 'initial_date_time' },
  plain_text_input: { field: 'value', initial: 'initial_value' },
  email_text_input: { field: 'value', initial: 'initial_value' },
  url_text_input: { field: 'value', initial: 'initial_value' },
  number_input: { field: 'value', initial: 'initial_value' },
  rich_text_input: { field: 'rich_text_value', initial: 'initial_value' },
  file_input: { field: 'files', initial: '', many: true },
}

/** All options of a select, grouped or not. */
function optionsOf(element: JsonObject): JsonObject[] {
  const groups = (element['option_groups'] as { options: JsonObject[] }[] | undefined) ?? []
  return [
    ...((element['options'] as JsonObject[] | undefined) ?? []),
    ...groups.flatMap(({ options }) => options),
  ]
}

/** The option with this value as the element lists it; external ones are taken at their word. */
function optionFor(element: JsonObject, chosen: unknown): JsonObject | undefined {
  if (typeof chosen === 'object' && chosen !== null)
    return optionFor(element, (chosen as JsonObject)['value'])
  if (String(element['type']).includes('external'))
    return { text: { type: 'plain_text', text: String(chosen), emoji: true }, value: chosen }
  return optionsOf(element).find(({ value }) => value === chosen)
}

/**
 * What a person put into an element, as `state.values` shows it. `raw` is a plain value (text, option value,
 * id, date; an array for elements of many) or already the shown form. Undefined: no such option.
 */
export function answerOf(element: JsonObject, raw: unknown): JsonObject | undefined {
  const type = String(element['type'])
  const kind = KINDS[type]
  if (kind === undefined) return undefined
  const shown = typeof raw === 'object' && raw !== null && kind.field in raw
  const value = shown ? (raw as JsonObject)[kind.field] : raw
  const empty = value === undefined || value === null || value === ''
  if (empty) return { type, [kind.field]: kind.many === true ? [] : null }
  if (kind.options !== true) return { type, [kind.field]: kind.many === true ? [value].flat() : value }
  const options = (Array.isArray(value) ? value : [value]).map((one) => optionFor(element, one))
  if (options.includes(undefined)) return undefined
  return { type, [kind.field]: kind.many === true ? options : options[0] }
}

/** Whether what was chosen is still offered; elements without options keep whatever they hold. */
export function stillOffered(element: JsonObject, answer: JsonObject): boolean {
  if (KINDS[String(element['type'])]?.options !== true) return true
  const chosen = [valueOf(answer)].flat().filter((one) => one !== null && one !== undefined)
  return chosen.every((one) => optionFor(element, one) !== undefined)
}

/** The answer's value itself, without the type. */
export function valueOf(answer: JsonObject): unknown {
  const kind = KINDS[String(answer['type'])]
  return kind === undefined ? undefined : answer[kind.field]
}

/** The state of a message or view nobody has touched: each input with its initial value, or null. */
export function initialState(blocks: Blocks): StateValues {
  let values: StateValues = {}
  for (const { block_id, element } of elementsOf(blocks)) {
    const kind = KINDS[String(element['type'])]
    const answer = kind === undefined ? undefined : answerOf(element, element[kind.initial])
    if (answer !== undefined) values = answered(values, block_id, String(element['action_id']), answer)
  }
  return values
}

/** State with one answer more; both ids are an app's, so `__proto__` is a name like any other. */
export function answered(
  state: StateValues,
  block_id: string,
  action_id: string,
  answer: JsonObject,
): StateValues {
  const actions = Object.hasOwn(state, block_id) ? state[block_id] : {}
  return { ...state, [block_id]: { ...actions, [action_id]: answer } }
}

/** The answer that a state holds; undefined where it holds none under these names. */
export function answerIn(state: StateValues, block_id: string, action_id: string): JsonObject | undefined {
  const actions = Object.hasOwn(state, block_id) ? (state[block_id] ?? {}) : {}
  return Object.hasOwn(actions, action_id) ? actions[action_id] : undefined
}

/** State after a person filled in something; what matches no element, or no option of it, is refused. */
export function withAnswers(
  blocks: Blocks,
  state: StateValues,
  raw: Readonly<Record<string, Record<string, unknown>>>,
): StateValues | undefined {
  let values = structuredClone(state)
  for (const [block_id, actions] of Object.entries(raw)) {
    for (const [action_id, given] of Object.entries(actions)) {
      const placed = elementsOf(blocks).find(
        ({ block_id: id, element }) => id === block_id && element['action_id'] === action_id,
      )
      const answer = placed === undefined ? undefined : answerOf(placed.element, given)
      if (answer === undefined) return undefined
      values = answered(values, block_id, action_id, answer)
    }
  }
  return values
}

/** What Slack repeats of the element in its action: where it began, and what was asked before it was sent. */
function echoed(element: JsonObject): JsonObject {
  const names = ['initial_option', 'initial_options', 'placeholder', 'confirm']
  return Object.fromEntries(
    names.filter((name) => element[name] !== undefined).map((name) => [name, element[name]]),
  )
}

/** The entry of `actions[]` for a press; undefined when the press does not fit the element. */
export function actionOf(element: JsonObject, press: Press, action_ts: string): JsonObject | undefined {
  const type = String(element['type'])
  const head = { type, block_id: press.block_id, action_id: press.action_id, action_ts }
  if (type === 'button') {
    if (press.value !== undefined && press.value !== element['value']) return undefined
    const { text, value, style, url } = element
    return {
      ...head,
      text,
      ...(value === undefined ? {} : { value }),
      ...(style === undefined ? {} : { style }),
      ...(url === undefined ? {} : { url }),
    }
  }
  if (type === 'overflow') {
    const selected_option = optionFor(element, press.selected_option)
    return selected_option === undefined ? undefined : { ...head, selected_option }
  }
  const answer = answerOf(element, press.selected_option ?? press.value)
  return answer === undefined ? undefined : { ...head, ...echoed(element), ...answer }
}
