// The middle pane: a channel's messages by day, what only the reader sees, the hint and the composer.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Ephemeral, Message as SlackMessage } from '../../slack/types.ts'
import { useDesk } from '../desk.ts'
import { formatSlackDate } from '../text/dates.ts'
import { Composer } from './composer.ts'
import { EmptyChannel, NextStep } from './hint.ts'
import { EphemeralMessage, Message } from './message.ts'

type Row = { ts: string; message: SlackMessage } | { ts: string; ephemeral: Ephemeral }

/** Draws the open channel. The list stays at its end while the reader is there, and stays put when not. */
export function Messages(): VNode {
  const desk = useDesk()
  const [dismissed, setDismissed] = useState<readonly string[]>([])
  const list = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const channel = desk.ui.slack.channels.find((one) => one.id === desk.channel)
  const messages = channel?.messages ?? []
  const rows: Row[] = [
    ...messages.filter(isTop).map((message) => ({ ts: message.ts, message })),
    ...desk.ui.slack.ephemerals
      .filter((one) => one.channel === desk.channel && one.user === desk.me && one.thread_ts === undefined)
      .filter((one) => !dismissed.includes(one.ts))
      .map((ephemeral) => ({ ts: ephemeral.ts, ephemeral })),
  ].sort((a, b) => Number(a.ts) - Number(b.ts))

  useLayoutEffect(() => {
    atEnd.current = true
  }, [desk.channel])
  useLayoutEffect(() => {
    const box = list.current
    if (box !== null && atEnd.current) box.scrollTop = box.scrollHeight
  })
  const onScroll = (event: Event): void => {
    const box = event.currentTarget as HTMLDivElement
    atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 80
  }

  let day = ''
  return html`<main class="pane messages" aria-label=${`Channel ${channel?.name ?? ''}`}>
    <header class="pane-head">
      <h1><span class="hash">#</span>${channel?.name ?? ''}</h1>
      <span class="faint pane-note">${channel?.members.length ?? 0} members</span>
    </header>
    <div class="scroll" ref=${list} onScroll=${onScroll} role="log" aria-label="Messages" tabindex="0">
      ${rows.length === 0 ? html`<${EmptyChannel} />` : html`<div class="spacer"></div>`}
      ${rows.map((row) => {
        const label = formatSlackDate(Number(row.ts), '{date_long_pretty}', desk.names.reader) ?? ''
        const divider =
          label === day ? null : html`<div class="day" key=${`day-${label}`}><span>${label}</span></div>`
        day = label
        return [
          divider,
          'message' in row
            ? html`<${Message}
                key=${row.ts}
                channel=${desk.channel}
                message=${row.message}
                replies=${messages.filter((one) => one.thread_ts === row.ts && one.ts !== row.ts)}
              />`
            : html`<${EphemeralMessage}
                key=${`only-${row.ts}`}
                message=${row.ephemeral}
                onDismiss=${() => setDismissed([...dismissed, row.ts])}
              />`,
        ]
      })}
    </div>
    ${rows.length === 0 ? null : html`<${NextStep} />`}
    <${Composer} key=${desk.channel} />
  </main>`
}

/** Replies live in their thread, unless they were sent to the channel as well. */
function isTop(message: SlackMessage): boolean {
  return (
    message.thread_ts === undefined ||
    message.thread_ts === message.ts ||
    message.subtype === 'thread_broadcast'
  )
}
