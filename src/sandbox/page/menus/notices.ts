// What the page says of its own accord: the banner (what the app did wrong) and toasts (what became of a press).
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useDesk } from '../desk.ts'

/** The newest warnings since the page was opened; earlier ones are history. */
export function Banner(props: { connected: boolean }): VNode | null {
  const { ui } = useDesk()
  const { warnings, sockets } = ui.slack
  const first = useRef(warnings.length)
  const [seen, setSeen] = useState(first.current)
  // The server keeps the last two hundred, so the list may also have been cut or reset: then nothing is new.
  const fresh = warnings.length >= seen ? warnings.slice(seen) : []
  if (!props.connected)
    return html`<div class="banner banner-bad" role="status">
      The sandbox has stopped answering. This page comes back by itself when it does.
    </div>`
  const latest = fresh.at(-1)
  if (latest !== undefined)
    return html`<div class="banner" role="alert" data-testid="warnings">
      <span aria-hidden="true">⚠</span>
      <div>
        ${latest}
        ${
          fresh.length < 2
            ? null
            : html`<details>
                <summary>and ${fresh.length - 1} more</summary>
                <ul>
                  ${fresh
                    .slice(0, -1)
                    .reverse()
                    .map((warning) => html`<li>${warning}</li>`)}
                </ul>
              </details>`
        }
      </div>
      <button type="button" class="close" aria-label="Dismiss" onClick=${() => setSeen(warnings.length)}>
        ×
      </button>
    </div>`
  if (sockets === 0)
    return html`<div class="banner banner-calm" role="status" data-testid="not-connected">
      <span class="pulse" aria-hidden="true"></span>
      <div>
        Waiting for Arrestor to connect. It is expected at <span class="mono">${ui.serviceUrl}</span>.
      </div>
    </div>`
  return null
}

export type Toast = { id: number; text: string; tone: 'good' | 'bad' }

/** Short answers that leave by themselves. A popover, so that they also stand above an open dialog. */
export function Toasts(props: { toasts: readonly Toast[] }): VNode {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The top layer stacks in the order of showing: shown anew, a toast is above whatever was opened since.
    if (box.current?.matches(':popover-open') === true) box.current.hidePopover()
    if (props.toasts.length > 0) box.current?.showPopover()
  }, [props.toasts])
  return html`<div class="toasts" role="status" aria-live="polite" popover="manual" ref=${box}>
    ${props.toasts.map(
      (toast) =>
        html`<p class=${`toast toast-${toast.tone}`} key=${toast.id} data-testid="toast">${toast.text}</p>`,
    )}
  </div>`
}
