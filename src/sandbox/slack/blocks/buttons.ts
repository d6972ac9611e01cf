// Elements that are pressed: buttons, overflow menus and their newer relatives.
import { COMMON, actionId, overflowOption, style } from './options.ts'
import { type Fields, list, object, oneOf, string } from './schema.ts'
import { plainText, url } from './text.ts'

const feedback = object({ text: plainText(75), value: string(2000) }, { accessibility_label: string(75) })

const customizableInput = object({ name: string(255), value: string(3000, 0) })
const workflow = object({
  trigger: object({ url: url() }, { customizable_input_parameters: list(customizableInput, 50, 0) }),
})

export const button = object(
  { type: oneOf('button'), text: plainText(75) },
  { ...COMMON, value: string(2000), url: url(), style, accessibility_label: string(75) },
)

/** For `actions` and as a section's accessory. */
export const PRESSABLE: Fields = {
  button,
  overflow: object({ type: oneOf('overflow'), options: list(overflowOption, 5) }, COMMON),
  workflow_button: object(
    { type: oneOf('workflow_button'), text: plainText(75), workflow },
    { ...COMMON, style, accessibility_label: string(75) },
  ),
}

/** For `context_actions`. */
export const REACTIONS: Fields = {
  feedback_buttons: object(
    { type: oneOf('feedback_buttons'), positive_button: feedback, negative_button: feedback },
    { action_id: actionId },
  ),
  icon_button: object(
    { type: oneOf('icon_button'), icon: oneOf('trash'), text: plainText(75) },
    {
      ...COMMON,
      value: string(2000),
      accessibility_label: string(75),
      visible_to_user_ids: list(string(255), 10),
    },
  ),
}
