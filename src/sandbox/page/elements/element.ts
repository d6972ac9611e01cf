// One interactive element of Block Kit: which control draws it, and how its press is confirmed and sent.
import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { ActionsBlockElement, ConfirmationDialog, InputBlockElement } from '@slack/types'
import type { ElementLike } from '../blocks/blocks.ts'
import type { Child, Names } from '../text/view.ts'
import { drawButton } from './button.ts'
import { drawChoices } from './choices.ts'
import { stillOffered, type Form, type FormValue } from './form.ts'
import { drawInput } from './input.ts'
import { Overflow } from './overflow.ts'
import { drawSelect } from './select.ts'

/** A press as the sandbox's Slack takes it; a picker sends its option's value, a user's id or a date. */
export type ElementPress = {
  block_id: string
  action_id: string
  value?: string
  selected_option?: string | string[]
}

/** What an element may do; the same for messages and modals. */
export type Host = {
  names: Names
  people: readonly { id: string; name: string; realName: string }[]
  channels: readonly { id: string; name: string }[]
  form: Form
  /** Sends a press; resolves when the app has answered or has not. */
  press: (press: ElementPress) => Promise<void>
  /** Asks before a press; resolves false when the person thinks better of it. */
  confirm: (dialog: ConfirmationDialog) => Promise<boolean>
}

/** What each drawer gets: the element, where it stands, and how to send. */
export type Drawing<E> = {
  element: E
  actionId: string
  blockId: string
  /** What the element is about, for those who hear the page: a choice beside a text has no label of its own. */
  label: string | undefined
  host: Host
  busy: boolean
  /** Keeps a value in the form, and presses unless the element is silent. */
  choose: (value: Record<string, unknown>, press: Omit<ElementPress, 'block_id' | 'action_id'>) => void
  /** The kept value, if the person has touched the control. */
  kept: Record<string, unknown> | undefined
}

type Known = ActionsBlockElement | InputBlockElement

/** Draws any interactive element; a kind that the sandbox has no control for says so. */
export function Element(props: {
  element: ElementLike
  blockId: string
  silent: boolean
  label?: string | undefined
  host: Host
}): Child {
  const { blockId, host, silent, label } = props
  const element = props.element as Known
  const actionId = element.action_id ?? 'no-action-id'
  const [busy, setBusy] = useState(false)
  const [, redraw] = useState(0)

  const send = async (
    press: Omit<ElementPress, 'block_id' | 'action_id'>,
    before: FormValue | undefined,
  ): Promise<void> => {
    const dialog = 'confirm' in element ? element.confirm : undefined
    if (dialog !== undefined && !(await host.confirm(dialog))) {
      // Who thinks better of it has chosen nothing: the control goes back to what it was.
      host.form.set(blockId, actionId, before)
      redraw((count) => count + 1)
      return
    }
    setBusy(true)
    await host.press({ block_id: blockId, action_id: actionId, ...press }).finally(() => setBusy(false))
  }
  const choose: Drawing<Known>['choose'] = (value, press) => {
    const before = host.form.get(blockId, actionId)
    if (Object.keys(value).length > 0) host.form.set(blockId, actionId, { type: element.type, ...value })
    redraw((count) => count + 1)
    if (!silent) void send(press, before)
  }
  const typed = host.form.get(blockId, actionId)
  const kept = typed === undefined ? undefined : stillOffered(element, typed)
  const rest = { actionId, blockId, label, host, busy, choose, kept }

  switch (element.type) {
    case 'button':
      return drawButton({ ...rest, element })
    case 'overflow':
      return html`<${Overflow} ...${{ ...rest, element }} />`
    case 'static_select':
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return drawSelect({ ...rest, element })
    case 'checkboxes':
    case 'radio_buttons':
      return drawChoices({ ...rest, element })
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'datepicker':
    case 'timepicker':
      return drawInput({ ...rest, element }, silent)
    default:
      return html`<span class="block-unknown"
        >A <code class="code">${element.type}</code>, which the sandbox does not draw.</span
      >`
  }
}
