// The first minute: what to do next, one calm sentence at a time, ticked off by what has really happened.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useDesk } from '../desk.ts'
import { stepsDone } from './steps.ts'

const KEY = 'arrestor-sandbox-hint'

const STEPS = [
  { title: 'Break something', text: 'Choose a failure. A real Alertmanager body goes to the service.' },
  { title: 'Read the card', text: 'What broke, why, and what is safe to press. Findings are in its thread.' },
  {
    title: 'Acknowledge it, or wait',
    text: 'Left alone, it pages through PagerDuty: watch its pane.',
  },
  { title: 'Make it well again', text: 'The source resolves its alert, and the incident closes by itself.' },
] as const

/** What an empty channel shows: the whole way, and the button to begin. */
export function EmptyChannel(): VNode {
  const { ui, openMenu, channel } = useDesk()
  const done = stepsDone(ui)
  const name = ui.slack.channels.find((one) => one.id === channel)?.name ?? ''
  return html`<section class="welcome" aria-label="How to begin">
    <span class="welcome-mark" aria-hidden="true"></span>
    <h2>${done === 0 ? 'Everything is quiet' : `Nothing in #${name} yet`}</h2>
    <p class="faint">A Slack, a PagerDuty and a Spark cluster on your own machine. Nothing here leaves it.</p>
    <ol class="steps">
      ${STEPS.map(
        (step, index) =>
          html`<li class=${index < done ? 'step step-done' : index === done ? 'step step-next' : 'step'}>
            <span class="step-mark" aria-hidden="true">${index < done ? '✓' : index + 1}</span>
            <span><strong>${step.title}</strong><small>${step.text}</small></span>
          </li>`,
      )}
    </ol>
    <button type="button" class="button button-accent" onClick=${() => openMenu('break')}>
      Break something…
    </button>
  </section>`
}

/** Above the composer: the next step alone, until it is dismissed for good. */
export function NextStep(): VNode | null {
  const { ui } = useDesk()
  const [hidden, setHidden] = useState(localStorage.getItem(KEY) === 'hidden')
  if (hidden) return null
  const done = stepsDone(ui)
  const step = STEPS[done]
  const dismiss = (): void => {
    localStorage.setItem(KEY, 'hidden')
    setHidden(true)
  }
  return html`<aside class="next" data-testid="hint">
    <span class="step-mark" aria-hidden="true">${step === undefined ? '✓' : done + 1}</span>
    <p>
      ${
        step === undefined
          ? html`<strong>That was the whole way.</strong> Try another person, another failure, or a fault of
              Slack’s.`
          : html`<strong>${step.title}.</strong> ${step.text}`
      }
    </p>
    <button type="button" class="close" aria-label="Hide these hints" onClick=${dismiss}>×</button>
  </aside>`
}
