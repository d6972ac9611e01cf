// Block Kit's button: a real button, or a link with a button's looks when it carries an address.
import { html } from 'htm/preact'
import type { Button } from '@slack/types'
import { safeUrl } from '../text/mrkdwn.ts'
import { drawPlain, type Child } from '../text/view.ts'
import type { Drawing } from './element.ts'

/** Draws a button. One with a url opens it and is pressed as well, as Slack does. */
export function drawButton({ element, actionId, busy, choose }: Drawing<Button>): Child {
  const look = `button${element.style === undefined ? '' : ` button-${element.style}`}`
  const label = drawPlain(element.text)
  const press = (): void => choose({}, element.value === undefined ? {} : { value: element.value })
  const name = element.accessibility_label
  const url = element.url === undefined ? undefined : safeUrl(element.url)
  if (url !== undefined)
    return html`<a
      class=${look}
      href=${url}
      title=${url}
      target="_blank"
      rel="noopener noreferrer nofollow"
      aria-label=${name}
      data-testid=${`button-${actionId}`}
      onClick=${press}
      >${label}<span class="button-away" aria-hidden="true">↗</span></a
    >`
  return html`<button
    type="button"
    class=${busy ? `${look} button-busy` : look}
    aria-label=${name}
    aria-busy=${busy}
    disabled=${busy}
    data-testid=${`button-${actionId}`}
    onClick=${press}
  >
    ${label}
  </button>`
}
