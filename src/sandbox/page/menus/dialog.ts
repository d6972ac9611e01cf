// The browser's own dialog: modal, with focus kept inside, Escape and a click on the backdrop closing it.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Child } from '../text/view.ts'

/** A dialog that is open while it is drawn. `onClose` is asked for, the parent decides. */
export function Dialog(props: {
  label: string
  className?: string
  testid?: string
  onClose: () => void
  children?: Child
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])
  const onBackdrop = (event: MouseEvent): void => {
    if (event.target === dialog.current) props.onClose()
  }
  const onCancel = (event: Event): void => {
    // Only this dialog's own Escape: a select or file picker inside bubbles a cancel as well.
    if (event.target !== dialog.current) return
    event.preventDefault()
    props.onClose()
  }
  return html`<dialog
    ref=${dialog}
    class=${`dialog ${props.className ?? ''}`}
    aria-label=${props.label}
    data-testid=${props.testid}
    onMouseDown=${onBackdrop}
    onCancel=${onCancel}
  >
    <div class="dialog-body">${props.children}</div>
  </dialog>`
}
