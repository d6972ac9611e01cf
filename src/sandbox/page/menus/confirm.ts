// Slack's confirm dialog: what an element asks before its press is sent.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { ConfirmationDialog } from '@slack/types'
import { drawPlain, drawText, type Names } from '../text/view.ts'
import { Dialog } from './dialog.ts'

/** Draws the question; the safe answer has the focus, so that Enter alone destroys nothing. */
export function Confirm(props: {
  dialog: ConfirmationDialog
  names: Names
  onAnswer: (yes: boolean) => void
}): VNode {
  const { dialog, onAnswer } = props
  const style = dialog.style === 'danger' ? 'danger' : 'primary'
  return html`<${Dialog}
    label=${dialog.title?.text ?? 'Are you sure?'}
    className="dialog-small"
    testid="confirm"
    onClose=${() => onAnswer(false)}
  >
    <h2>${dialog.title === undefined ? 'Are you sure?' : drawPlain(dialog.title)}</h2>
    <div class="dialog-text">${drawText(dialog.text, props.names)}</div>
    <footer class="dialog-foot">
      <button
        type="button"
        class="button"
        autofocus
        data-testid="confirm-deny"
        onClick=${() => onAnswer(false)}
      >
        ${dialog.deny === undefined ? 'Cancel' : drawPlain(dialog.deny)}
      </button>
      <button
        type="button"
        class=${`button button-${style}`}
        data-testid="confirm-ok"
        onClick=${() => onAnswer(true)}
      >
        ${dialog.confirm === undefined ? 'Yes' : drawPlain(dialog.confirm)}
      </button>
    </footer>
  <//>`
}
