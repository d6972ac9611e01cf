// Block Kit's overflow menu: three dots and up to five choices, in the browser's own popover.
import { html } from 'htm/preact'
import { useId, useRef } from 'preact/hooks'
import type { Overflow as OverflowElement } from '@slack/types'
import { safeUrl } from '../text/mrkdwn.ts'
import { drawPlain, type Child } from '../text/view.ts'
import type { Drawing } from './element.ts'

/** Draws the menu. Escape and a click elsewhere close it (the popover does that), arrows move in it. */
export function Overflow({ element, actionId, busy, choose }: Drawing<OverflowElement>): Child {
  const id = `menu-${useId()}`
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)

  const place = (event: ToggleEvent): void => {
    const at = button.current?.getBoundingClientRect()
    const box = menu.current
    if (event.newState !== 'open' || at === undefined || box === null) return
    const left = Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))
    const below = at.bottom + 4
    const top = below + box.offsetHeight > window.innerHeight ? at.top - box.offsetHeight - 4 : below
    box.style.left = `${String(left)}px`
    box.style.top = `${String(top)}px`
    box.querySelector<HTMLElement>('[role=menuitem]')?.focus()
  }
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    if (step === 0 || items.length === 0) return
    event.preventDefault()
    const from = items.findIndex((item) => item === document.activeElement)
    items[(from + step + items.length) % items.length]?.focus()
  }
  const pick = (value: string): void => {
    menu.current?.hidePopover()
    button.current?.focus()
    choose({}, { selected_option: value })
  }

  return html`<span class="overflow">
    <button
      type="button"
      ref=${button}
      class=${busy ? 'button button-icon button-busy' : 'button button-icon'}
      aria-label="More actions"
      aria-haspopup="menu"
      disabled=${busy}
      popovertarget=${id}
      data-testid=${`button-${actionId}`}
    >
      <span aria-hidden="true">•••</span>
    </button>
    <div class="menu" role="menu" id=${id} popover="auto" ref=${menu} onToggle=${place} onKeyDown=${move}>
      ${element.options.map((option) => drawItem(option, actionId, pick))}
    </div>
  </span>`
}

function drawItem(
  option: OverflowElement['options'][number],
  actionId: string,
  pick: (v: string) => void,
): Child {
  const value = option.value ?? ''
  const url = option.url === undefined ? undefined : safeUrl(option.url)
  const testid = `option-${actionId}-${value}`
  const label = html`${drawPlain(option.text)}${
    option.description === undefined ? null : html`<small>${drawPlain(option.description)}</small>`
  }`
  if (url === undefined)
    return html`<button
      type="button"
      role="menuitem"
      class="menu-item"
      data-testid=${testid}
      onClick=${() => pick(value)}
    >
      ${label}
    </button>`
  return html`<a
    role="menuitem"
    class="menu-item"
    href=${url}
    target="_blank"
    rel="noopener noreferrer nofollow"
    data-testid=${testid}
    onClick=${() => pick(value)}
    >${label}</a
  >`
}
