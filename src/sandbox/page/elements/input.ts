// Block Kit's typed inputs: one line, many lines, numbers, addresses, dates and times.
import { html } from 'htm/preact'
import type { Datepicker, EmailInput, NumberInput, PlainTextInput, Timepicker, URLInput } from '@slack/types'
import type { Child } from '../text/view.ts'
import type { Drawing } from './element.ts'

type AnyInput = PlainTextInput | EmailInput | URLInput | NumberInput | Datepicker | Timepicker

const KINDS = {
  plain_text_input: { type: 'text', key: 'value' },
  email_text_input: { type: 'email', key: 'value' },
  url_text_input: { type: 'url', key: 'value' },
  number_input: { type: 'number', key: 'value' },
  datepicker: { type: 'date', key: 'selected_date' },
  timepicker: { type: 'time', key: 'selected_time' },
} as const

/**
 * Draws a typed input. What is typed is kept at once, silently; an input that dispatches is pressed when
 * the person is done with it (Enter, or leaving a picker), not at every letter.
 */
export function drawInput(drawing: Drawing<AnyInput>, silent: boolean): Child {
  const { element, actionId, blockId, host, choose, kept, busy } = drawing
  const { type, key } = KINDS[element.type]
  const value = kept === undefined ? initialOf(element) : typedOf(kept[key])
  const keep = (event: Event): void => {
    const typed = (event.currentTarget as HTMLInputElement).value
    host.form.set(blockId, actionId, { type: element.type, [key]: typed === '' ? null : typed })
  }
  const done = (event: Event): void => {
    const typed = (event.currentTarget as HTMLInputElement).value
    if (silent) return
    choose({ [key]: typed }, key === 'value' ? { value: typed } : { selected_option: typed })
  }
  const common = {
    value,
    disabled: busy,
    placeholder: 'placeholder' in element ? element.placeholder?.text : undefined,
    'data-testid': `input-${actionId}`,
    onInput: keep,
    onChange: done,
    autofocus: 'focus_on_load' in element && element.focus_on_load,
  }
  if (element.type === 'plain_text_input' && element.multiline === true)
    return html`<textarea
      class="text-input"
      rows="4"
      maxlength=${element.max_length}
      ...${common}
    ></textarea>`
  const length = element.type === 'plain_text_input' ? { maxlength: element.max_length } : {}
  const range =
    element.type === 'number_input'
      ? { min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? 'any' : '1' }
      : {}
  return html`<input class="text-input" type=${type} ...${{ ...common, ...length, ...range }} />`
}

const typedOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function initialOf(element: AnyInput): string {
  switch (element.type) {
    case 'datepicker':
      return element.initial_date ?? ''
    case 'timepicker':
      return element.initial_time ?? ''
    default:
      return element.initial_value ?? ''
  }
}
