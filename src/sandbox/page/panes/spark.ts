// The right pane, third face: the applications of the local Spark, so that a kill can be seen to have happened.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useDesk } from '../desk.ts'
import { ago } from '../text/dates.ts'
import { safeUrl } from '../text/mrkdwn.ts'

/** Draws the applications, the newest first, with the state that Spark's master gives them. */
export function Spark(): VNode {
  const { ui, names } = useDesk()
  const { applications } = ui.spark
  return html`<div class="side-body" data-testid="spark">
    <div class="scroll">
      ${
        applications.length === 0
          ? html`<p class="empty">
              <strong>The cluster is idle.</strong> “Executor out of memory” starts an application here, whose
              executors really died when it was recorded.
            </p>`
          : null
      }
      ${[...applications].reverse().map((app) => {
        const link = app.uiUrl === undefined ? undefined : safeUrl(app.uiUrl)
        return html`<article class="app" key=${app.id} data-testid=${`spark-app-${app.id}`}>
          <header class="pd-head">
            <span class=${`pill pill-app-${app.state.toLowerCase()}`}>${app.state.toLowerCase()}</span>
            <strong>${app.name}</strong>
            ${
              app.startedAt === undefined
                ? null
                : html`<time class="faint pd-age" datetime=${app.startedAt}
                    >${ago(Date.parse(app.startedAt), names.reader.now)}</time
                  >`
            }
          </header>
          <p class="faint mono">${app.id}</p>
          ${link === undefined ? null : html`<a href=${link} target="_blank" rel="noopener noreferrer">Its REST answers ↗</a>`}
        </article>`
      })}
    </div>
  </div>`
}
