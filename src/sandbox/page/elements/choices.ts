// Block Kit's checkboxes and radio buttons, as real ones with their descriptions.
import { html } from 'htm/preact'
import type { Checkboxes, Option, RadioButtons } from '@slack/types'
import { drawText, type Child } from '../text/view.ts'
import type { Drawing } from './element.ts'

/** Draws a set of boxes. Checkboxes keep all ticked options, radio buttons the one. */
export function drawChoices(drawing: Drawing<Checkboxes | RadioButtons>): Child {
  const { element, actionId, blockId, busy, choose, host, label } = drawing
  const many = element.type === 'checkboxes'
  const ticked = tickedOf(drawing)
  const toggle = (option: Option, on: boolean): void => {
    if (!many) return choose({ selected_option: option }, { selected_option: option.value ?? '' })
    const options = element.options.filter((other) =>
      other === option ? on : ticked.includes(other.value ?? ''),
    )
    choose({ selected_options: options }, { selected_option: options.map((other) => other.value ?? '') })
  }
  // Boxes stay usable while a press is on its way: a disabled one would lose the keyboard's place.
  return html`<div
    class="choices"
    role=${many ? 'group' : 'radiogroup'}
    aria-label=${label}
    aria-busy=${busy}
  >
    ${element.options.map(
      (option) =>
        html`<label class="choice">
          <input
            type=${many ? 'checkbox' : 'radio'}
            name=${`${blockId}/${actionId}`}
            checked=${ticked.includes(option.value ?? '')}
            data-testid=${`choice-${actionId}-${option.value ?? ''}`}
            onChange=${(event: Event) => toggle(option, (event.currentTarget as HTMLInputElement).checked)}
          />
          <span>
            ${drawText(option.text, host.names)}
            ${
              option.description === undefined
                ? null
                : html`<small>${drawText(option.description, host.names)}</small>`
            }
          </span>
        </label>`,
    )}
  </div>`
}

function tickedOf({ element, kept }: Drawing<Checkboxes | RadioButtons>): string[] {
  if (kept !== undefined) {
    const many = (kept['selected_options'] ?? []) as Option[]
    const one = kept['selected_option'] as Option | undefined
    return [...many, ...(one === undefined ? [] : [one])].map((option) => option.value ?? '')
  }
  if (element.type === 'checkboxes')
    return (element.initial_options ?? []).map((option) => option.value ?? '')
  return element.initial_option === undefined ? [] : [element.initial_option.value ?? '']
}
