// How far a newcomer has come, judged by what has really happened.
import type { UiState } from '../../ui-state.ts'

/** How many of the steps are done, in order. Pure, so that the page and its tests agree. */
export function stepsDone(ui: UiState): number {
  const spoke = ui.slack.channels.some((one) => one.messages.some((message) => message.user === ui.bot.id))
  const cared = ui.progress.pressed || ui.pagerduty.incidents.length > 0
  const well = ui.progress.broke && ui.scenarios.every((scenario) => scenario.firing === 0)
  const done = [ui.progress.broke, spoke, cared, well]
  const open = done.indexOf(false)
  return open === -1 ? done.length : open
}
