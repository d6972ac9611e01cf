// Where a person writes: messages, replies, and slash commands with their help as one types.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useDesk } from '../desk.ts'

/** The box below a channel or (with `thread`) below a thread. Enter sends. */
export function Composer(props: { thread?: string }): VNode {
  const desk = useDesk()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const name = desk.names.channel(desk.channel) ?? desk.channel
  const inThread = props.thread !== undefined
  const typed = text.trimStart()
  const offers = typed.startsWith('/')
    ? desk.ui.slack.commands.filter((one) => one.command.startsWith(typed.split(' ')[0] ?? ''))
    : []

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const line = text.trim()
    if (line === '' || busy) return
    if (line.startsWith('/') && inThread)
      return desk.toast('Slack takes slash commands in channels, not in threads.', 'bad')
    setBusy(true)
    const [command = '', ...words] = line.split(' ')
    const where = { user: desk.me, channel: desk.channel }
    const result = line.startsWith('/')
      ? await desk.act('command', { ...where, command, text: words.join(' ') })
      : await desk.act('post', { ...where, text: line, ...(inThread ? { thread_ts: props.thread } : {}) })
    setBusy(false)
    if (result.ok) setText('')
    input.current?.focus()
  }

  return html`<form class="composer" onSubmit=${submit}>
    ${
      offers.length === 0 || inThread
        ? null
        : html`<div class="offers" aria-label="Commands">
            ${offers.map(
              (one) =>
                html`<button
                  type="button"
                  class="offer"
                  onClick=${() => {
                    setText(`${one.command} `)
                    input.current?.focus()
                  }}
                >
                  <strong>${one.command}</strong> <span class="mono">${one.usageHint}</span>
                  <small>${one.description}</small>
                </button>`,
            )}
          </div>`
    }
    <div class="composer-box">
      <input
        ref=${input}
        value=${text}
        aria-label=${inThread ? 'Reply in the thread' : `Message #${name}`}
        placeholder=${inThread ? 'Reply…' : `Message #${name}, or try /spark help`}
        autocomplete="off"
        enterkeyhint="send"
        data-testid=${inThread ? 'thread-input' : 'slash-input'}
        onInput=${(event: Event) => setText((event.currentTarget as HTMLInputElement).value)}
      />
      <button type="submit" class="send" aria-label="Send" disabled=${busy || text.trim() === ''}>
        <span aria-hidden="true">➤</span>
      </button>
    </div>
  </form>`
}
