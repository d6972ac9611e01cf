// One message: who, when, its blocks (or its text), its files, and the way into its thread.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { KnownBlock } from '@slack/types'
import type { Ephemeral, Message as SlackMessage } from '../../slack/types.ts'
import { drawBlocks, type Surface } from '../blocks/blocks.ts'
import { drawFiles } from '../blocks/files.ts'
import { useDesk, type Desk } from '../desk.ts'
import { Element, type ElementPress } from '../elements/element.ts'
import { ago, formatSlackDate } from '../text/dates.ts'
import { drawMrkdwn, type Child } from '../text/view.ts'
import { Avatar } from './avatar.ts'

type Attachment = { color?: string; blocks?: KnownBlock[]; text?: string; fallback?: string }

/** Draws a message of the open channel; `replies` are those of its thread, when it starts one. */
export function Message(props: { channel: string; message: SlackMessage; replies?: SlackMessage[] }): VNode {
  const desk = useDesk()
  const { channel, message } = props
  const bot = message.user === desk.ui.bot.id
  const person = desk.ui.people.find((who) => who.id === message.user)
  const name = bot ? desk.ui.bot.name : (person?.realName ?? message.user)
  const surface = messageSurface(desk, channel, message.ts, message.blocks)
  return html`<article
    class="message"
    data-testid=${`message-${message.ts}`}
    aria-label=${`Message from ${name}`}
  >
    <${Avatar} id=${message.user} name=${name} bot=${bot} />
    <div class="message-body">
      <header class="message-head">
        <span class="message-name">${name}</span>
        ${bot ? html`<span class="badge">APP</span>` : null} <${Moment} ts=${message.ts} />
        ${message.edited === undefined ? null : html`<span class="faint">(edited)</span>`}
      </header>
      ${drawContent(message, surface)} ${drawFiles(message.files ?? [], surface.imageOrigin)}
      ${props.replies === undefined || props.replies.length === 0 ? null : drawReplies(desk, message.ts, props.replies)}
    </div>
  </article>`
}

/** Draws a message that the reader alone sees. */
export function EphemeralMessage(props: { message: Ephemeral; onDismiss: () => void }): VNode {
  const desk = useDesk()
  const { message } = props
  const surface = messageSurface(desk, message.channel, message.ts, message.blocks)
  return html`<article class="message message-ephemeral" data-testid=${`ephemeral-${message.ts}`}>
    <${Avatar} id=${desk.ui.bot.id} name=${desk.ui.bot.name} bot=${true} />
    <div class="message-body">
      <p class="only-you"><span aria-hidden="true">◉</span> Only visible to you</p>
      <header class="message-head">
        <span class="message-name">${desk.ui.bot.name}</span><span class="badge">APP</span>
        <${Moment} ts=${message.ts} />
      </header>
      ${drawContent(message, surface)}
      <button type="button" class="link-button" onClick=${props.onDismiss}>Dismiss message</button>
    </div>
  </article>`
}

function messageSurface(desk: Desk, channel: string, ts: string, blocks: unknown): Surface {
  const form = desk.form(`${channel}/${ts}`)
  const press = async (what: ElementPress): Promise<void> => {
    await desk.act('click', { user: desk.me, channel, ts, ...what, state_values: form.within(blocks) })
  }
  const host = { names: desk.names, people: desk.ui.people, channels: desk.ui.slack.channels, form, press }
  return {
    names: desk.names,
    imageOrigin: desk.ui.slack.origin,
    errors: {},
    element: (element, blockId, silent, label) =>
      html`<${Element}
        key=${`${blockId}/${element.action_id ?? ''}`}
        ...${{ element, blockId, silent, label, host: { ...host, confirm: desk.confirm } }}
      />`,
  }
}

function drawContent(
  message: { text: string; blocks?: unknown; attachments?: unknown },
  surface: Surface,
): Child {
  const blocks = (message.blocks ?? []) as KnownBlock[]
  const attachments = (message.attachments ?? []) as Attachment[]
  const body = blocks.length > 0 ? drawBlocks(blocks, surface) : drawMrkdwn(message.text, surface.names)
  return html`<div class="message-content">${body}</div>
    ${attachments.map(
      (attachment) =>
        html`<div class="attachment" style=${{ borderLeftColor: attachment.color ?? '' }}>
          ${
            attachment.blocks === undefined
              ? drawMrkdwn(attachment.text ?? attachment.fallback ?? '', surface.names)
              : drawBlocks(attachment.blocks, surface)
          }
        </div>`,
    )}`
}

function drawReplies(desk: Desk, ts: string, replies: readonly SlackMessage[]): Child {
  const last = replies.at(-1)
  const open = desk.side.kind === 'thread' && desk.side.ts === ts
  return html`<button
    type="button"
    class="replies"
    aria-pressed=${open}
    data-testid=${`replies-${ts}`}
    onClick=${() => desk.openSide({ kind: 'thread', ts })}
  >
    <strong>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</strong>
    <span class="faint">Last reply ${ago(Number(last?.ts) * 1000, desk.names.reader.now)}</span>
    <span class="replies-open faint" aria-hidden="true">View thread ›</span>
  </button>`
}

function Moment(props: { ts: string }): VNode {
  const { reader } = useDesk().names
  const seconds = Number(props.ts)
  return html`<time class="faint" title=${formatSlackDate(seconds, '{date_long} {time_secs}', reader)}
    >${formatSlackDate(seconds, '{time}', reader)}</time
  >`
}
