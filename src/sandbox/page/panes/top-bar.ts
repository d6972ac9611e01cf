// The bar above: whose page this is, whether the product is connected, and the two ways to make trouble.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useDesk, type Pane } from '../desk.ts'

/** Draws the top bar. */
export function TopBar(): VNode {
  const { ui, openMenu } = useDesk()
  const { sockets } = ui.slack
  const faults = ui.faults.slack.length + ui.faults.pagerduty.length + ui.faults.spark.length
  const firing = ui.scenarios.reduce((sum, scenario) => sum + scenario.firing, 0)
  return html`<header class="top">
    <div class="brand">
      <span class="brand-mark" aria-hidden="true"></span>
      <span class="brand-name">Arrestor</span><span class="brand-note">sandbox</span>
    </div>
    <span
      class=${sockets > 0 ? 'status status-on' : 'status'}
      title=${sockets > 0 ? `${String(sockets)} Socket Mode connections` : `Expected at ${ui.serviceUrl}`}
      data-testid="connection"
    >
      <span class="status-dot" aria-hidden="true"></span>
      <span class="status-text">${sockets > 0 ? 'Arrestor is connected' : 'Arrestor is not connected'}</span>
    </span>
    <button type="button" class="top-button" data-testid="open-faults" onClick=${() => openMenu('faults')}>
      Faults ${faults > 0 ? html`<span class="count count-hot">${faults}</span>` : null}
    </button>
    <button
      type="button"
      class="top-button top-accent"
      data-testid="open-break"
      onClick=${() => openMenu('break')}
    >
      Break something…
      ${firing > 0 ? html`<span class="count count-on-accent" aria-label="alerts firing">${firing}</span>` : null}
    </button>
  </header>`
}

/** On a phone: one pane at a time, chosen at the foot of the page. */
export function PhoneBar(props: {
  pane: Pane
  onPane: (pane: Pane) => void
  unread: Readonly<Record<string, number>>
}): VNode {
  const { ui, side, names, channel } = useDesk()
  const unread = Object.values(props.unread).reduce((sum, count) => sum + count, 0)
  const open = ui.pagerduty.incidents.filter((one) => one.status === 'triggered').length
  const label = side.kind === 'thread' ? 'Thread' : side.kind === 'spark' ? 'Spark' : 'PagerDuty'
  const panes: { id: Pane; label: string; count: number }[] = [
    { id: 'channels', label: 'Channels', count: unread },
    { id: 'messages', label: `#${names.channel(channel) ?? ''}`, count: 0 },
    { id: 'side', label, count: side.kind === 'pagerduty' ? open : 0 },
  ]
  return html`<nav class="phone-bar" aria-label="Panes">
    ${panes.map(
      (pane) =>
        html`<button
          type="button"
          aria-current=${pane.id === props.pane ? 'page' : undefined}
          data-testid=${`pane-${pane.id}`}
          onClick=${() => props.onPane(pane.id)}
        >
          <span class="phone-label">${pane.label}</span>
          ${pane.count > 0 ? html`<span class="count count-hot">${pane.count}</span>` : null}
        </button>`,
    )}
  </nav>`
}
