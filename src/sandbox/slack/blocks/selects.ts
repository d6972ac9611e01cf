// Select menus, single and multiple, from each source of options.
import { COMMON, FOCUS, all, initialIsOffered, optionGroup, placeholder, plainOption } from './options.ts'
import { type Fields, boolean, either, integer, list, object, oneOf, string } from './schema.ts'

const id = string(255)
const OPTIONAL: Fields = { ...COMMON, ...FOCUS, placeholder }
const MULTI: Fields = { ...OPTIONAL, max_selected_items: integer(1, 1000) }
const LISTED: Fields = { options: list(plainOption, 100), option_groups: list(optionGroup, 100) }
const filter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
)
const CONVERSATIONS: Fields = { default_to_current_conversation: boolean, filter }
const listed = all(either('options', 'option_groups'), initialIsOffered)

/** One choice. */
export const SELECTS: Fields = {
  static_select: object(
    { type: oneOf('static_select') },
    { ...OPTIONAL, ...LISTED, initial_option: plainOption },
    listed,
  ),
  external_select: object(
    { type: oneOf('external_select') },
    { ...OPTIONAL, initial_option: plainOption, min_query_length: integer(0, 1000) },
  ),
  users_select: object({ type: oneOf('users_select') }, { ...OPTIONAL, initial_user: id }),
  conversations_select: object(
    { type: oneOf('conversations_select') },
    { ...OPTIONAL, ...CONVERSATIONS, initial_conversation: id, response_url_enabled: boolean },
  ),
  channels_select: object(
    { type: oneOf('channels_select') },
    { ...OPTIONAL, initial_channel: id, response_url_enabled: boolean },
  ),
}

/** Several choices: as a section's accessory or in an input, not in `actions`. */
export const MULTI_SELECTS: Fields = {
  multi_static_select: object(
    { type: oneOf('multi_static_select') },
    { ...MULTI, ...LISTED, initial_options: list(plainOption, 100) },
    listed,
  ),
  multi_external_select: object(
    { type: oneOf('multi_external_select') },
    { ...MULTI, initial_options: list(plainOption, 100), min_query_length: integer(0, 1000) },
  ),
  multi_users_select: object(
    { type: oneOf('multi_users_select') },
    { ...MULTI, initial_users: list(id, 1000) },
  ),
  multi_conversations_select: object(
    { type: oneOf('multi_conversations_select') },
    { ...MULTI, ...CONVERSATIONS, initial_conversations: list(id, 1000) },
  ),
  multi_channels_select: object(
    { type: oneOf('multi_channels_select') },
    { ...MULTI, initial_channels: list(id, 1000) },
  ),
}
