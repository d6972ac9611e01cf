// The "break something" menu: one failure a row, what it means in one line, and whether it burns now.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { UiScenario } from '../../ui-state.ts'
import { useDesk } from '../desk.ts'
import { ago } from '../text/dates.ts'
import { Dialog } from './dialog.ts'

/** Draws the menu. A press sends real alerts, closes the menu and shows the channel where the card is due. */
export function BreakMenu(props: { onClose: () => void }): VNode {
  const desk = useDesk()
  const { ui } = desk
  const [busy, setBusy] = useState<string | undefined>(undefined)
  const firing = ui.scenarios.reduce((sum, scenario) => sum + scenario.firing, 0)

  const run = async (scenario: string, resolve: boolean): Promise<void> => {
    setBusy(scenario)
    const result = await desk.act('break', { scenario, resolve })
    setBusy(undefined)
    if (!result.ok) return
    if (result.message !== undefined) desk.toast(result.message, 'good')
    const channel = ui.scenarios.find((one) => one.id === scenario)?.channel
    if (channel !== undefined) desk.openChannel(channel)
    props.onClose()
  }
  const row = (scenario: UiScenario): VNode =>
    html`<li class="scene" key=${scenario.id}>
      <button
        type="button"
        class="scene-main"
        disabled=${busy !== undefined}
        aria-busy=${busy === scenario.id}
        data-testid=${`break-${scenario.id}`}
        onClick=${() => run(scenario.id, false)}
      >
        <span class=${`scene-dot scene-${scenario.severity}`} aria-hidden="true"></span>
        <span class="scene-words">
          <strong>${scenario.title}</strong>
          <small>${scenario.explains}</small>
        </span>
        <span class="scene-meta">
          <span class="tag">${scenario.severity}</span><span class="tag tag-plain">${scenario.team}</span>
        </span>
      </button>
      ${
        scenario.firing === 0
          ? null
          : html`<p class="scene-firing">
              <span> ${firingWords(scenario, desk.names.reader.now)} </span>
              <button
                type="button"
                class="link-button"
                disabled=${busy !== undefined}
                data-testid=${`resolve-${scenario.id}`}
                onClick=${() => run(scenario.id, true)}
              >
                Make this one well
              </button>
            </p>`
      }
    </li>`
  return html`<${Dialog}
    label="Break something"
    className="dialog-wide"
    testid="break-menu"
    onClose=${props.onClose}
  >
    <header class="dialog-head">
      <div>
        <h2>Break something</h2>
        <p class="faint">
          Each sends what a real Alertmanager would send. Nothing outside of this machine is touched.
        </p>
      </div>
      <button type="button" class="close" aria-label="Close" onClick=${props.onClose}>×</button>
    </header>
    <div class="dialog-scroll">
      <ul class="scenes">
        ${ui.scenarios.map(row)}
      </ul>
    </div>
    <footer class="dialog-foot">
      <span class="faint foot-note">
        ${firing === 0 ? 'Nothing is firing.' : `${String(firing)} ${firing === 1 ? 'alert is' : 'alerts are'} firing.`}
      </span>
      <button
        type="button"
        class="button button-primary"
        disabled=${firing === 0 || busy !== undefined}
        data-testid="break-well"
        onClick=${() => run('well', true)}
      >
        Make it well again
      </button>
    </footer>
  <//>`
}

/** "2 alerts firing, since 3 min ago": in one piece, since htm drops a line's end between two. */
export function firingWords({ firing, since }: Pick<UiScenario, 'firing' | 'since'>, now: number): string {
  const began = since === undefined ? '' : `, since ${ago(Date.parse(since), now)}`
  return `${firing} ${firing === 1 ? 'alert' : 'alerts'} firing${began}`
}
