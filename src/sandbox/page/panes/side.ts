// The right pane: a thread when one is open, PagerDuty, or Spark.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useDesk, type Side } from '../desk.ts'
import { PagerDuty } from './pagerduty.ts'
import { Spark } from './spark.ts'
import { Thread } from './thread.ts'

/** Draws the tabs and the chosen face. `thread` is the last thread opened here, kept as a tab. */
export function SidePane(props: { thread: string | undefined; onBack: () => void }): VNode {
  const { ui, side, openSide } = useDesk()
  const open = ui.pagerduty.incidents.filter((incident) => incident.status === 'triggered').length
  const running = ui.spark.applications.filter((app) => app.state.toUpperCase() === 'RUNNING').length
  const tabs: { side: Side; label: string; count: number }[] = [
    ...(props.thread === undefined
      ? []
      : [{ side: { kind: 'thread' as const, ts: props.thread }, label: 'Thread', count: 0 }]),
    { side: { kind: 'pagerduty' }, label: 'PagerDuty', count: open },
    { side: { kind: 'spark' }, label: 'Spark', count: running },
  ]
  return html`<aside class="pane side" aria-label="Thread, PagerDuty and Spark">
    <header class="pane-head">
      <button type="button" class="back" aria-label="Back to the channel" onClick=${props.onBack}>‹</button>
      <div class="tabs" role="tablist">
        ${tabs.map(
          (tab) =>
            html`<button
              type="button"
              role="tab"
              class="tab"
              aria-selected=${tab.side.kind === side.kind}
              data-testid=${`tab-${tab.side.kind}`}
              onClick=${() => openSide(tab.side)}
            >
              ${tab.label}
              ${tab.count > 0 ? html`<span class=${`count count-${tab.side.kind}`}>${tab.count}</span>` : null}
            </button>`,
        )}
      </div>
    </header>
    ${
      side.kind === 'thread'
        ? html`<${Thread} key=${side.ts} ts=${side.ts} />`
        : side.kind === 'pagerduty'
          ? html`<${PagerDuty} />`
          : html`<${Spark} />`
    }
  </aside>`
}
