// A person's open modal: the top of their view stack, its inputs, its submission and the errors of a refused one.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { KnownBlock, PlainTextElement } from '@slack/types'
import type { View } from '../../slack/types.ts'
import { drawBlocks, type Surface } from '../blocks/blocks.ts'
import { useDesk } from '../desk.ts'
import { Element, type ElementPress } from '../elements/element.ts'
import { drawPlain } from '../text/view.ts'
import { Dialog } from './dialog.ts'

/** As Slack answers: what was left out is null. */
type ModalView = View & Partial<Record<'title' | 'submit' | 'close', PlainTextElement | null>>

/** Draws one view; `depth` is how many lie on the stack, so that a pushed one offers the way back. */
export function Modal(props: { view: View; depth: number }): VNode {
  const desk = useDesk()
  const view = props.view as ModalView
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [busy, setBusy] = useState(false)
  const form = desk.form(`view/${view.id}`)
  const person = { user: desk.me, view_id: view.id }

  const press = async (what: ElementPress): Promise<void> => {
    await desk.act('view-click', { ...person, ...what, state_values: form.within(view.blocks) })
  }
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    const result = await desk.act('view-submit', { ...person, values: form.within(view.blocks) })
    setBusy(false)
    setErrors(result.errors ?? {})
  }
  const close = (): void => void desk.act('view-close', person)

  const surface: Surface = {
    names: desk.names,
    imageOrigin: desk.ui.slack.origin,
    errors,
    element: (element, blockId, silent, label) => {
      const { names, confirm, ui } = desk
      const host = { names, people: ui.people, channels: ui.slack.channels, form, press, confirm }
      return html`<${Element}
        key=${`${blockId}/${element.action_id ?? ''}`}
        ...${{ element, blockId, silent, label, host }}
      />`
    },
  }
  const title = view.title?.text ?? 'Dialog'
  return html`<${Dialog} label=${title} className="dialog-modal" testid="modal" onClose=${close}>
    <form onSubmit=${submit} novalidate>
      <header class="dialog-head">
        ${
          props.depth > 1
            ? html`<button type="button" class="back back-always" aria-label="Back" onClick=${close}>
                ‹
              </button>`
            : null
        }
        <h2>${!view.title ? title : drawPlain(view.title)}</h2>
        <button type="button" class="close" aria-label="Close" onClick=${close}>×</button>
      </header>
      <div class="dialog-scroll">${drawBlocks(view.blocks as unknown as KnownBlock[], surface)}</div>
      <footer class="dialog-foot">
        <button type="button" class="button" data-testid="modal-close" onClick=${close}>
          ${!view.close ? (!view.submit ? 'Close' : 'Cancel') : drawPlain(view.close)}
        </button>
        ${
          !view.submit
            ? null
            : html`<button
                type="submit"
                class=${busy ? 'button button-primary button-busy' : 'button button-primary'}
                disabled=${busy}
                data-testid="modal-submit"
              >
                ${drawPlain(view.submit)}
              </button>`
        }
      </footer>
    </form>
  <//>`
}
