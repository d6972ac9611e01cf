// Who is speaking: a coloured initial for people, the app's own mark for the bot.
import { html } from 'htm/preact'
import type { VNode } from 'preact'

/** A square avatar. The colour follows the id, so that a person keeps theirs. */
export function Avatar(props: { id: string; name: string; bot?: boolean; small?: boolean }): VNode {
  const size = props.small === true ? 'avatar avatar-small' : 'avatar'
  if (props.bot === true) return html`<span class=${`${size} avatar-bot`} aria-hidden="true"></span>`
  const tone =
    Array.from(props.id).reduce((sum, letter) => (sum * 41 + (letter.codePointAt(0) ?? 0)) % 997, 7) % 5
  const initial = props.name.slice(0, 1).toUpperCase()
  return html`<span class=${`${size} avatar-tone-${String(tone)}`} aria-hidden="true">${initial}</span>`
}
