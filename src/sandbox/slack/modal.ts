// What a person does in a modal: presses, submits, closes; and what the app's answer does to it.
import { answerIn, elementsOf, valueOf, withAnswers } from './elements.ts'
import { ask, chosenIn, personKnown, pressed } from './person.ts'
import { viewAction, viewClosed, viewSubmission } from './payloads.ts'
import { Refusal } from './refusal.ts'
import type { JsonObject, PressResult, SlackServer, View } from './types.ts'
import { checkedView, clearViews, dropView, pushView, replaceView, viewOf } from './views.ts'
import type { World } from './world.ts'

/** A press in a modal or on the Home tab. */
export async function clickInView(
  world: World,
  press: Parameters<SlackServer['clickInView']>[0],
): Promise<PressResult> {
  if (!personKnown(world, press.user)) return { ok: false, error: 'no_such_user' }
  const view = viewOf(world, press.user, press.view_id)
  if (view === undefined) return { ok: false, error: 'no_such_view' }
  const action = pressed(world, view.blocks, press, false)
  if (action === undefined) return { ok: false, error: 'no_such_button' }
  const { block_id, action_id } = action
  const values = withAnswers(view.blocks, view.state.values, { ...press.state_values })
  const all = values === undefined ? undefined : withAnswers(view.blocks, values, chosenIn(action))
  if (all === undefined) return { ok: false, error: 'no_such_input' }
  view.state.values = all
  const payload = viewAction(world, press.user, view, [action])
  const asked = await ask(
    world,
    'interactive',
    payload,
    `the press of "${String(action_id)}" in ${String(block_id)}`,
  )
  return asked.ok ? { ok: true } : asked
}

/** What Slack's own client refuses to submit: required inputs left empty, lengths not kept. */
function formErrors(view: View): Record<string, string> {
  const errors = new Map<string, string>()
  for (const { block, block_id, element } of elementsOf(view.blocks)) {
    if (block['type'] !== 'input') continue
    const answer = answerIn(view.state.values, block_id, String(element['action_id']))
    const value = answer === undefined ? undefined : valueOf(answer)
    const empty =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    if (empty && block['optional'] !== true) errors.set(block_id, 'Please complete this required field.')
    if (empty || typeof value !== 'string') continue
    const { min_length, max_length, type } = element
    if (typeof min_length === 'number' && value.length < min_length)
      errors.set(block_id, `Please enter at least ${min_length} characters.`)
    if (typeof max_length === 'number' && value.length > max_length)
      errors.set(block_id, `Please enter at most ${max_length} characters.`)
    if (type === 'number_input') {
      const { is_decimal_allowed } = element
      const [min, max] = [element['min_value'], element['max_value']].map(
        (bound) => bound as string | undefined,
      )
      const pattern = is_decimal_allowed === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/
      if (!pattern.test(value)) errors.set(block_id, 'Please enter a valid number.')
      else if (min !== undefined && Number(value) < Number(min))
        errors.set(block_id, `Please enter a number no less than ${min}.`)
      else if (max !== undefined && Number(value) > Number(max))
        errors.set(block_id, `Please enter a number no more than ${max}.`)
    }
  }
  return Object.fromEntries(errors)
}

/** Carries out the app's answer to a submission. Slack shows an error for one that it cannot carry out. */
function follow(world: World, user: string, view: View, answer: JsonObject): PressResult {
  const action = answer['response_action']
  if (action === undefined || action === '') {
    dropView(world, user, view.id)
    return { ok: true }
  }
  if (action === 'clear') {
    clearViews(world, user)
    return { ok: true, response_action: 'clear' }
  }
  if (action === 'errors') {
    const errors = (answer['errors'] ?? {}) as Record<string, string>
    const inputs = new Set(view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id))
    const strange = Object.keys(errors).filter((block_id) => !inputs.has(block_id))
    if (strange.length > 0 || Object.keys(errors).length === 0)
      throw new Refusal('invalid_errors', [`errors for what is no input block: ${strange.join(', ')}`])
    return { ok: false, error: 'field_errors', errors }
  }
  if (action !== 'update' && action !== 'push')
    throw new Refusal('invalid_response_action', [JSON.stringify(action)])
  const raw = checkedView(answer['view'], false)
  const next =
    action === 'push' ? pushView(world, user, raw) : replaceView(world, ({ id }) => id === view.id, raw)
  return { ok: true, response_action: action, view: next }
}

/** Submits a modal with these values. A form's errors come back as `field_errors`. */
export async function submitView(
  world: World,
  form: Parameters<SlackServer['submitView']>[0],
): Promise<PressResult> {
  if (!personKnown(world, form.user)) return { ok: false, error: 'no_such_user' }
  const view = viewOf(world, form.user, form.view_id)
  if (view === undefined || view.type !== 'modal') return { ok: false, error: 'no_such_view' }
  if (view['submit'] === null) return { ok: false, error: 'no_such_button' }
  const values = withAnswers(view.blocks, view.state.values, form.values)
  if (values === undefined) return { ok: false, error: 'no_such_input' }
  view.state.values = values
  const errors = formErrors(view)
  if (Object.keys(errors).length > 0) return { ok: false, error: 'field_errors', errors }
  const asked = await ask(
    world,
    'interactive',
    viewSubmission(world, form.user, view),
    `"${view.callback_id}"`,
  )
  if (!asked.ok) return asked
  try {
    return follow(world, form.user, view, asked.answer)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    world.store.warn(
      `The submission of "${view.callback_id}" was answered with ${error.code}: ${error.messages.join('; ')}`,
    )
    return { ok: false, error: 'invalid_response_action' }
  }
}

/** Closes a modal with the X; the app hears of it only where it asked to. */
export async function closeView(world: World, at: { user: string; view_id: string }): Promise<PressResult> {
  if (!personKnown(world, at.user)) return { ok: false, error: 'no_such_user' }
  const view = viewOf(world, at.user, at.view_id)
  if (view === undefined || view.type !== 'modal') return { ok: false, error: 'no_such_view' }
  const cleared = view['clear_on_close'] === true
  if (cleared) clearViews(world, at.user)
  else dropView(world, at.user, view.id)
  if (view['notify_on_close'] !== true) return { ok: true }
  const payload = viewClosed(world, at.user, view, cleared)
  const asked = await ask(world, 'interactive', payload, `the closing of "${view.callback_id}"`)
  return asked.ok ? { ok: true } : asked
}
