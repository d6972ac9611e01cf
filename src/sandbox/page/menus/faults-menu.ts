// The faults menu: break the other end of the wire (Slack, PagerDuty, Spark) and watch what the product does.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { FaultTarget, UiFaultChoice } from '../../ui-state.ts'
import { useDesk } from '../desk.ts'
import { Dialog } from './dialog.ts'

const TARGETS: readonly { id: FaultTarget; title: string }[] = [
  { id: 'slack', title: 'Slack' },
  { id: 'pagerduty', title: 'PagerDuty' },
  { id: 'spark', title: 'Spark' },
]

/** Draws the faults by target, with what is armed now and the way to take all of it back. */
export function FaultsMenu(props: { onClose: () => void }): VNode {
  const desk = useDesk()
  const { ui } = desk
  const armed = TARGETS.reduce((sum, target) => sum + ui.faults[target.id].length, 0)
  const row = (choice: UiFaultChoice): VNode =>
    html`<li key=${choice.id} class="scene">
      <button
        type="button"
        class="scene-main"
        data-testid=${`fault-${choice.id}`}
        onClick=${() => desk.act('fault', { target: choice.target, ...choice.fault })}
      >
        <span class="scene-words"><strong>${choice.title}</strong><small>${choice.explains}</small></span>
      </button>
    </li>`
  return html`<${Dialog} label="Faults" className="dialog-wide" testid="faults-menu" onClose=${props.onClose}>
    <header class="dialog-head">
      <div>
        <h2>Faults</h2>
        <p class="faint">
          What Slack, PagerDuty and Spark do on a bad day. An incident must survive all of them.
        </p>
      </div>
      <button type="button" class="close" aria-label="Close" onClick=${props.onClose}>×</button>
    </header>
    <div class="dialog-scroll">
      ${TARGETS.map(
        (target) =>
          html`<section key=${target.id} aria-label=${target.title}>
            <h3 class="scene-group">
              ${target.title}
              ${ui.faults[target.id].map(
                (fault) =>
                  html`<span class="tag tag-hot">
                    ${fault.kind.replaceAll('_', ' ')}${fault.match === undefined ? '' : ` on ${fault.match}`}
                    ${fault.count === 0 ? ' until cleared' : ` ×${String(fault.count ?? 1)}`}
                  </span>`,
              )}
            </h3>
            <ul class="scenes scenes-two">
              ${ui.faultChoices.filter((choice) => choice.target === target.id).map(row)}
            </ul>
          </section>`,
      )}
    </div>
    <footer class="dialog-foot">
      <span class="faint foot-note">${armed === 0 ? 'Nothing is armed.' : `${String(armed)} armed.`}</span>
      <button
        type="button"
        class="button button-primary"
        disabled=${armed === 0}
        data-testid="faults-clear"
        onClick=${() => desk.act('faults/clear', {})}
      >
        Clear all faults
      </button>
    </footer>
  <//>`
}
