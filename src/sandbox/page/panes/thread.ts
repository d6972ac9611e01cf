// The right pane, first face: one message's thread.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useDesk } from '../desk.ts'
import { Composer } from './composer.ts'
import { EphemeralMessage, Message } from './message.ts'

/** Draws the thread that hangs under `ts` in the open channel. */
export function Thread(props: { ts: string }): VNode {
  const desk = useDesk()
  const [dismissed, setDismissed] = useState<readonly string[]>([])
  const list = useRef<HTMLDivElement>(null)
  const messages = desk.ui.slack.channels.find((one) => one.id === desk.channel)?.messages ?? []
  const root = messages.find((one) => one.ts === props.ts)
  const replies = messages.filter((one) => one.thread_ts === props.ts && one.ts !== props.ts)
  const whispers = desk.ui.slack.ephemerals.filter(
    (one) => one.thread_ts === props.ts && one.user === desk.me && !dismissed.includes(one.ts),
  )
  const seen = useRef(0)
  useLayoutEffect(() => {
    const box = list.current
    // The first sight of a thread is its beginning; only what comes later is scrolled to.
    if (box !== null && seen.current > 0 && replies.length > seen.current) box.scrollTop = box.scrollHeight
    seen.current = replies.length
  }, [replies.length])
  return html`<div class="side-body" data-testid="thread">
    <div class="scroll" ref=${list} role="log" aria-label="Thread" tabindex="0">
      ${
        root === undefined
          ? html`<p class="empty">This message is gone.</p>`
          : html`<${Message} key=${root.ts} channel=${desk.channel} message=${root} />`
      }
      <div class="day day-left">
        <span>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</span>
      </div>
      ${replies.map((one) => html`<${Message} key=${one.ts} channel=${desk.channel} message=${one} />`)}
      ${whispers.map(
        (one) =>
          html`<${EphemeralMessage}
            key=${`only-${one.ts}`}
            message=${one}
            onDismiss=${() => setDismissed([...dismissed, one.ts])}
          />`,
      )}
    </div>
    <${Composer} key=${props.ts} thread=${props.ts} />
  </div>`
}
