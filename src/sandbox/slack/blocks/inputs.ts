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
  const { min_length, max_length } = value
  if (typeof min_length === 'number' && typeof max_length === 'number' && min_length > max_length)
    out.push({
      pointer: `${at}/min_length`,
      code: 'out_of_range',
      message: 'must be no more than `max_length`',
    })
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
  ),
  file_input: object(
    { type: oneOf('file_input') },
    { action_id: actionId, filetypes: list(string(255), 100), max_files: integer(1, 10) },
  ),
}
