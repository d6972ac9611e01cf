// Block Kit's single selects (options, users, channels) as the browser's own select: keyboard and phone work.
import { html } from 'htm/preact'
import type {
  ChannelsSelect,
  ConversationsSelect,
  PlainTextOption,
  StaticSelect,
  UsersSelect,
} from '@slack/types'
import { drawPlain, type Child } from '../text/view.ts'
import type { Drawing, Host } from './element.ts'

type AnySelect = StaticSelect | UsersSelect | ChannelsSelect | ConversationsSelect
type Choice = { id: string; label: string; value: Record<string, unknown> }

/** Draws a select. The form keeps it as Slack would: the whole option, or the user's or channel's id. */
export function drawSelect({
  element,
  actionId,
  busy,
  choose,
  kept,
  host,
  label,
}: Drawing<AnySelect>): Child {
  const groups = groupsOf(element, host)
  const all = groups.flatMap((group) => group.choices)
  const chosen = kept === undefined ? initialOf(element) : idOf(kept)
  const pick = (event: Event): void => {
    const id = (event.currentTarget as HTMLSelectElement).value
    const choice = all.find((candidate) => candidate.id === id)
    if (choice !== undefined) choose(choice.value, { selected_option: choice.id })
  }
  const placeholder = element.placeholder === undefined ? 'Choose…' : drawPlain(element.placeholder)
  return html`<select
    class="select"
    disabled=${busy}
    aria-busy=${busy}
    aria-label=${label ?? element.placeholder?.text ?? 'Choose'}
    value=${chosen ?? ''}
    data-testid=${`select-${actionId}`}
    onChange=${pick}
  >
    <option value="" disabled>${placeholder}</option>
    ${groups.map((group) =>
      group.label === undefined
        ? group.choices.map(drawChoice)
        : html`<optgroup label=${group.label}>${group.choices.map(drawChoice)}</optgroup>`,
    )}
  </select>`
}

const drawChoice = (choice: Choice): Child => html`<option value=${choice.id}>${choice.label}</option>`

function groupsOf(element: AnySelect, host: Host): { label?: string; choices: Choice[] }[] {
  if (element.type === 'users_select')
    return [
      {
        choices: host.people.map((who) => ({
          id: who.id,
          label: who.realName,
          value: { selected_user: who.id },
        })),
      },
    ]
  if (element.type === 'static_select')
    return [
      { choices: (element.options ?? []).map(optionChoice) },
      ...(element.option_groups ?? []).map((group) => ({
        label: group.label.text,
        choices: group.options.map(optionChoice),
      })),
    ]
  const key = element.type === 'channels_select' ? 'selected_channel' : 'selected_conversation'
  return [{ choices: host.channels.map((c) => ({ id: c.id, label: `#${c.name}`, value: { [key]: c.id } })) }]
}

function optionChoice(option: PlainTextOption): Choice {
  return { id: option.value ?? '', label: option.text.text, value: { selected_option: option } }
}

function initialOf(element: AnySelect): string | undefined {
  switch (element.type) {
    case 'static_select':
      return element.initial_option?.value
    case 'users_select':
      return element.initial_user
    case 'channels_select':
      return element.initial_channel
    case 'conversations_select':
      return element.initial_conversation
  }
}

function idOf(kept: Record<string, unknown>): string | undefined {
  const option = kept['selected_option'] as { value?: string } | undefined
  const id =
    option?.value ?? kept['selected_user'] ?? kept['selected_channel'] ?? kept['selected_conversation']
  return typeof id === 'string' ? id : undefined
}
