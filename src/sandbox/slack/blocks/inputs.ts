// Elements that are filled in: dates, choices among few, text, numbers, files.
import {
  COMMON,
  FOCUS,
  actionId,
  dispatchActionConfig,
  initialIsOffered,
  placeholder,
  richOption,
} from './options.ts'
import type { Problem } from './problem.ts'
import { richText } from './rich-text.ts'
import { type Fields, boolean, integer, list, object, oneOf, pattern, string } from './schema.ts'

const date = pattern(/^\d{4}-\d{2}-\d{2}$/, 'a date of the form YYYY-MM-DD')
const time = pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the form HH:mm')
const number = pattern(/^-?\d+(\.\d+)?$/, 'a number')

const WRITTEN: Fields = {
  action_id: actionId,
  ...FOCUS,
  placeholder,
  dispatch_action_config: dispatchActionConfig,
}

function lengthsAgree(value: Record<string, unknown>, at: string, out: Problem[]): void {
  const { min_length, max_length, initial_value } = value
  if (
    typeof initial_value === 'string' &&
    typeof max_length === 'number' &&
    initial_value.length > max_length
  )
    out.push({
      pointer: `${at}/initial_value`,
      code: 'too_long',
      message: 'must be no longer than `max_length`',
    })
  if (typeof min_length === 'number' && typeof max_length === 'number' && min_length > max_length)
    out.push({
      pointer: `${at}/min_length`,
      code: 'out_of_range',
      message: 'must be no more than `max_length`',
    })
}

/** Numbers are text here: `min_value` above `max_value`, or a beginning outside them, is refused. */
function numbersAgree(value: Record<string, unknown>, at: string, out: Problem[]): void {
  const read = (name: string): number => (typeof value[name] === 'string' ? Number(value[name]) : Number.NaN)
  const [initial, min, max] = [read('initial_value'), read('min_value'), read('max_value')]
  const refuse = (name: string, message: string): void => {
    out.push({ pointer: `${at}/${name}`, code: 'out_of_range', message })
  }
  if (min > max) refuse('min_value', 'must be no more than `max_value`')
  if (initial < min) refuse('initial_value', 'must be no less than `min_value`')
  if (initial > max) refuse('initial_value', 'must be no more than `max_value`')
  if (value['is_decimal_allowed'] !== false) return
  for (const name of ['initial_value', 'min_value', 'max_value'])
    if (!Number.isNaN(read(name)) && !Number.isInteger(read(name)))
      refuse(name, 'must be an integer unless `is_decimal_allowed`')
}

/** Choices and pickers, for `actions` too. */
export const PICKERS: Fields = {
  checkboxes: object(
    { type: oneOf('checkboxes'), options: list(richOption, 10) },
    { ...COMMON, ...FOCUS, initial_options: list(richOption, 10) },
    initialIsOffered,
  ),
  radio_buttons: object(
    { type: oneOf('radio_buttons'), options: list(richOption, 10) },
    { ...COMMON, ...FOCUS, initial_option: richOption },
    initialIsOffered,
  ),
  datepicker: object({ type: oneOf('datepicker') }, { ...COMMON, ...FOCUS, placeholder, initial_date: date }),
  timepicker: object(
    { type: oneOf('timepicker') },
    { ...COMMON, ...FOCUS, placeholder, initial_time: time, timezone: string(255) },
  ),
}

/** Stands in `actions` and inputs, not beside a section. */
export const DATETIME: Fields = {
  datetimepicker: object(
    { type: oneOf('datetimepicker') },
    // Ten digits: seconds since the epoch.
    { ...COMMON, ...FOCUS, initial_date_time: integer(1_000_000_000, 9_999_999_999) },
  ),
}

export const RICH_INPUT: Fields = {
  rich_text_input: object(
    { type: oneOf('rich_text_input') },
    { ...WRITTEN, initial_value: richText, min_lines: integer(1, 100), max_lines: integer(1, 100) },
  ),
}

/** For `input` blocks alone. */
export const WRITING: Fields = {
  plain_text_input: object(
    { type: oneOf('plain_text_input') },
    {
      ...WRITTEN,
      initial_value: string(3000, 0),
      multiline: boolean,
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
    lengthsAgree,
  ),
  email_text_input: object(
    { type: oneOf('email_text_input') },
    { ...WRITTEN, initial_value: string(3000, 0) },
  ),
  url_text_input: object({ type: oneOf('url_text_input') }, { ...WRITTEN, initial_value: string(3000, 0) }),
  number_input: object(
    { type: oneOf('number_input'), is_decimal_allowed: boolean },
    { ...WRITTEN, initial_value: number, min_value: number, max_value: number },
    numbersAgree,
  ),
  file_input: object(
    { type: oneOf('file_input') },
    { action_id: actionId, filetypes: list(string(255), 100), max_files: integer(1, 10) },
  ),
}
