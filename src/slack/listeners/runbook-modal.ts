// View Runbook: the whole pinned text in a modal; what is pressed in there is done by flow, and the modal drawn again.
import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  CheckboxesAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import { reasonOf } from '../../errors.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import type { Person, Pressed } from '../../flow/press.ts'
import { takeNewerText } from '../../flow/runbook-newer.ts'
import { openRunbook, tickStep, voteUseful } from '../../flow/runbook-record.ts'
import { readRunbookView, type RunbookView } from '../../flow/runbook-view.ts'
import { ackInTime } from '../ack-in-time.ts'
import { type Drawing, type RunbookPlace, RunbookPlaceSchema, runbookModal } from '../blocks/runbook-modal.ts'
import { ACTION } from '../ids.ts'
import { updateModal } from '../modal-update.ts'
import { FAILED, personOf } from '../person.ts'

const CHANGED = 'This had changed meanwhile; it shows what is recorded now.'

type ButtonArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs
type PressArgs = SlackActionMiddlewareArgs<BlockAction<ButtonAction | CheckboxesAction>> & AllMiddlewareArgs

/** What a press in the modal does: null when it only turns a page. */
interface Press {
  readonly work: ((person: Person) => Promise<Pressed>) | null
  readonly at: Drawing['at']
}

export function registerRunbookModal(app: App, deps: FlowDeps): void {
  const on = (id: string | RegExp, press: (args: PressArgs, place: RunbookPlace) => Press): void => {
    app.action<BlockAction<ButtonAction | CheckboxesAction>>(
      { type: 'block_actions', action_id: id },
      (args) => handle(args, deps, press),
    )
  }
  app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: ACTION.viewRunbook }, (args) =>
    open(args, deps),
  )
  // The value is `<incident>/<page>`.
  on(new RegExp(`^${ACTION.runbookPage}:`), ({ payload }) => ({
    work: null,
    at: { page: Number(payload.type === 'button' ? (payload.value ?? '').split('/')[1] : 0) },
  }))
  on(ACTION.runbookTick, ({ payload }, place) => {
    const section = Number(payload.block_id.split(':')[1])
    const done = payload.type === 'checkboxes' && payload.selected_options.length > 0
    return {
      work: (person) => tickStep(deps, { ...markedOf(place), section, done }, person),
      at: { section },
    }
  })
  on(new RegExp(`^${ACTION.runbookVote}:`), ({ payload }, place) => ({
    work: (person) =>
      voteUseful(deps, { ...markedOf(place), useful: payload.action_id.endsWith(':yes') }, person),
    at: { page: place.page },
  }))
  on(ACTION.runbookNewer, (_args, place) => ({
    work: (person) => takeNewerText(deps, place.incident, place.hash ?? '', person),
    at: { page: 0 },
  }))
}

function markedOf(place: RunbookPlace): { incidentId: string; hash: string } {
  return { incidentId: place.incident, hash: place.hash ?? '' }
}

/** A trigger lives three seconds, so nothing but the database stands between the press and the modal. */
async function open({ ack, body, payload, client, respond }: ButtonArgs, deps: FlowDeps): Promise<void> {
  await ack()
  const person = personOf(body.user)
  const tell = (text: string): Promise<unknown> =>
    respond({ response_type: 'ephemeral', replace_original: false, text })
  let view: RunbookView | null
  try {
    view = await viewOf(deps, payload.value ?? '', person)
  } catch (error) {
    deps.logger.error({ reason: reasonOf(error) }, 'a runbook could not be read')
    await tell(FAILED)
    return
  }
  try {
    const drawn = runbookModal(view, { at: { page: 0 }, round: 0 })
    await client.views.open({ trigger_id: body.trigger_id, view: drawn })
  } catch (error) {
    deps.logger.warn({ reason: reasonOf(error) }, 'Slack did not open a runbook')
    await tell('Slack did not open the runbook in time. Press the button again.')
    return
  }
  // After the modal is up: the record may wait for the incident's row, a person may not.
  if (view !== null) {
    const opened = {
      incidentId: view.card.incident.id,
      runbookId: view.runbook.id,
      steps: view.progress.steps,
    }
    await openRunbook(deps, opened, person)
  }
}

async function handle(
  args: PressArgs,
  deps: FlowDeps,
  pressOf: (args: PressArgs, place: RunbookPlace) => Press,
): Promise<void> {
  const { ack, body, client } = args
  const person = personOf(body.user)
  const place = placeOf(body.view?.private_metadata)
  const press = place === null ? null : pressOf(args, place)
  const notice = await ackInTime(noticeOf(press, person, deps), () => ack())
  const { view } = body
  if (view === undefined || place === null || press === null) return
  try {
    await updateModal(client, view, async (overtaken) =>
      runbookModal(await viewOf(deps, place.incident, person), {
        at: press.at,
        // Two drawings of one modal at once must differ too, or Slack keeps what was in the boxes.
        round: place.round + (overtaken ? 2 : 1),
        notice: notice ?? (overtaken ? CHANGED : null),
      }),
    )
  } catch (error) {
    deps.logger.warn({ reason: reasonOf(error) }, 'Slack did not show a runbook anew')
  }
}

/** What the person must know of their press: why nothing was done, or that it failed. */
async function noticeOf(press: Press | null, person: Person, deps: FlowDeps): Promise<string | null> {
  if (press === null || press.work === null) return null
  try {
    const pressed = await press.work(person)
    return pressed.kind === 'refused' ? pressed.sentence : null
  } catch (error) {
    deps.logger.error({ reason: reasonOf(error) }, 'a press in a runbook failed')
    return FAILED
  }
}

async function viewOf(deps: FlowDeps, incidentId: string, person: Person): Promise<RunbookView | null> {
  return await deps.store.transaction((tx) => readRunbookView(tx, deps, incidentId, person.id))
}

/** What we gave the modal to carry; null for what is not ours, or of another version. */
function placeOf(metadata: string | undefined): RunbookPlace | null {
  try {
    return RunbookPlaceSchema.parse(JSON.parse(metadata ?? ''))
  } catch {
    return null
  }
}
