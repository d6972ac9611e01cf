// The right pane, second face: the local PagerDuty's incidents, as a responder would see and settle them.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type { PdIncident } from '../../pagerduty/types.ts'
import { useDesk, type Desk } from '../desk.ts'
import { ago, formatSlackDate } from '../text/dates.ts'
import type { Child } from '../text/view.ts'

/** Draws the incidents, the newest first. Open ones can be acknowledged and resolved as the current person. */
export function PagerDuty(): VNode {
  const desk = useDesk()
  const incidents = [...desk.ui.pagerduty.incidents].sort((a, b) => b.number - a.number)
  const who = desk.ui.people.find((one) => one.id === desk.me)
  return html`<div class="side-body" data-testid="pagerduty">
    <div class="scroll">
      ${
        incidents.length === 0
          ? html`<p class="empty">
              <strong>Nobody has been paged.</strong> A page arrives here when an incident is left alone for
              longer than its escalation policy allows.
            </p>`
          : html`<p class="side-note">
              ${
                who?.pagerdutyId === undefined
                  ? `${who?.realName ?? 'This person'} has no PagerDuty account, and can only look.`
                  : `Acting in PagerDuty as ${who.realName}.`
              }
            </p>`
      }
      ${incidents.map((incident) => html`<div key=${incident.id}>${drawIncident(desk, incident, who?.pagerdutyId)}</div>`)}
    </div>
  </div>`
}

function drawIncident(desk: Desk, incident: PdIncident, user: string | undefined): Child {
  const service = desk.ui.pagerduty.services.find((one) => one.id === incident.service_id)
  const { now } = desk.names.reader
  const act = (verb: 'acknowledge' | 'resolve'): void => {
    void desk.act(`pagerduty/${verb}`, { id: incident.id, user })
  }
  const acting = user !== undefined && incident.status !== 'resolved'
  return html`<article
    class=${`pd pd-${incident.status}`}
    data-testid=${`pd-incident-${incident.id}`}
    aria-label=${`PagerDuty incident ${String(incident.number)}`}
  >
    <header class="pd-head">
      <span class=${`pill pill-${incident.status}`}>${incident.status}</span>
      <span class="faint">#${incident.number}</span>
      <span class=${incident.urgency === 'high' ? 'pd-urgency pd-high' : 'pd-urgency'}
        >${incident.urgency} urgency</span
      >
      <time class="faint pd-age" datetime=${incident.created_at}
        >${ago(Date.parse(incident.created_at), now)}</time
      >
    </header>
    <h3 class="pd-title">${incident.title}</h3>
    <p class="faint pd-service">${service?.name ?? incident.service_id}${assignees(desk, incident)}</p>
    ${
      acting
        ? html`<div class="actions">
            ${
              incident.status === 'triggered'
                ? html`<button
                    type="button"
                    class="button"
                    data-testid=${`pd-acknowledge-${incident.id}`}
                    onClick=${() => act('acknowledge')}
                  >
                    Acknowledge
                  </button>`
                : null
            }
            <button
              type="button"
              class="button"
              data-testid=${`pd-resolve-${incident.id}`}
              onClick=${() => act('resolve')}
            >
              Resolve
            </button>
          </div>`
        : null
    }
    <details class="pd-log" data-testid=${`pd-log-${incident.id}`}>
      <summary>
        Log <span class="faint">(${incident.log_entries.length + incident.notes.length})</span>
      </summary>
      <ol class="log">
        ${incident.log_entries.map(
          (entry) =>
            html`<li>
              <time class="faint" datetime=${entry.created_at}>${clock(desk, entry.created_at)}</time>
              <span>${entry.summary}${entry.note === undefined ? null : html`<q>${entry.note}</q>`}</span>
            </li>`,
        )}
      </ol>
      <p class="faint pd-key">dedup key <span class="mono">${incident.dedup_key}</span></p>
    </details>
  </article>`
}

function assignees(desk: Desk, incident: PdIncident): string {
  const names = incident.assignee_ids.map(
    (id) => desk.ui.people.find((one) => one.pagerdutyId === id)?.realName ?? id,
  )
  return names.length === 0 ? '' : ` · assigned to ${names.join(', ')}`
}

function clock(desk: Desk, iso: string): string {
  return formatSlackDate(Date.parse(iso) / 1000, '{time_secs}', desk.names.reader) ?? iso
}
