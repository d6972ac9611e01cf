// The left pane: channels, and who you are. Being somebody else is one press, so that permissions can be tried.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useDesk } from '../desk.ts'
import { Avatar } from './avatar.ts'

/** Draws the channels (with what is unread) and the people to be. */
export function Sidebar(props: {
  unread: Readonly<Record<string, number>>
  onUser: (id: string) => void
}): VNode {
  const { ui, me, channel, openChannel } = useDesk()
  return html`<nav class="pane sidebar" aria-label="Channels and people">
    <h2 class="side-title">Channels</h2>
    <ul class="side-list">
      ${ui.slack.channels
        .filter((one) => !one.is_im || one.im === me)
        .map((one) => {
          const unread = one.id === channel ? 0 : (props.unread[one.id] ?? 0)
          return html`<li key=${one.id}>
            <button
              type="button"
              class=${unread > 0 ? 'side-item side-unread' : 'side-item'}
              aria-current=${one.id === channel ? 'page' : undefined}
              data-testid=${`channel-${one.name}`}
              onClick=${() => openChannel(one.id)}
            >
              <span class="hash" aria-hidden="true">${one.is_im ? '@' : '#'}</span>
              <span class="side-name">${one.is_im ? ui.bot.name : one.name}</span>
              ${unread > 0 ? html`<span class="count" aria-label=${`${String(unread)} unread`}>${unread}</span>` : null}
            </button>
          </li>`
        })}
    </ul>
    <h2 class="side-title" id="you-are">You are</h2>
    <ul class="side-list" aria-labelledby="you-are">
      ${ui.people.map(
        (who) =>
          html`<li key=${who.id}>
            <button
              type="button"
              class="side-item side-person"
              aria-pressed=${who.id === me}
              data-testid=${`user-${who.id}`}
              onClick=${() => props.onUser(who.id)}
            >
              <${Avatar} id=${who.id} name=${who.realName} small=${true} />
              <span class="side-name">${who.realName}<small>${who.role}</small></span>
            </button>
          </li>`,
      )}
    </ul>
    <p class="side-foot">Alerts go to <span class="mono">${ui.serviceUrl}</span></p>
  </nav>`
}
