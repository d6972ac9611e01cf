// Modals and Home tabs: made from what the app sends, stacked per person, replaced under a hash.
import { randomBytes } from 'node:crypto'

import { validateView } from './blocks/validate.ts'
import { sentences, withIds } from './content.ts'
import { answerIn, answered, elementsOf, initialState, stillOffered } from './elements.ts'
import { Refusal } from './refusal.ts'
import type { Blocks, JsonObject, StateValues, View } from './types.ts'
import type { World } from './world.ts'

/** Slack: a modal and at most two more above it. */
const STACK_LIMIT = 3

/** Slack: `view_too_large` above 250 KB. */
const VIEW_BYTES = 250 * 1024

/** The view of a call; refuses `invalid_arguments` with Slack's sentences. */
export function checkedView(raw: unknown, home: boolean): JsonObject {
  if (raw === undefined) throw new Refusal('invalid_arguments', ['missing required field: view'])
  const problems = validateView(raw)
  if (problems.length > 0) throw new Refusal('invalid_arguments', sentences(problems, '/view'))
  const view = raw as JsonObject
  if ((view['type'] === 'home') !== home)
    throw new Refusal('invalid_arguments', [
      `unsupported type: ${String(view['type'])} [json-pointer:/view/type]`,
    ])
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES) throw new Refusal('view_too_large')
  return view
}

function mintHash(world: World): string {
  return `${Math.floor(world.store.now() / 1000)}.${randomBytes(6).toString('base64url')}`
}

/** Answers that a person gave stay where block_id, action_id and element type are the same and still fit. */
function carriedOver(blocks: Blocks, before: StateValues): StateValues {
  let values = initialState(blocks)
  for (const { block_id, element } of elementsOf(blocks)) {
    const action_id = String(element['action_id'])
    const old = answerIn(before, block_id, action_id)
    if (old === undefined || old['type'] !== element['type'] || !stillOffered(element, old)) continue
    if (answerIn(values, block_id, action_id) !== undefined)
      values = answered(values, block_id, action_id, old)
  }
  return values
}

/** A view as Slack completes it. `before` is the view it replaces, `below` the one it is pushed upon. */
function complete(world: World, raw: JsonObject, before?: View, below?: View): View {
  const { store } = world
  const blocks = withIds(raw['blocks'] as Blocks)
  const id = before?.id ?? store.mintId('V')
  const external_id = (raw['external_id'] as string | undefined) ?? ''
  const taken = allViews(world).some((view) => view.external_id === external_id && view.id !== id)
  if (external_id !== '' && taken) throw new Refusal('duplicate_external_id')
  return {
    id,
    team_id: store.seed.team.id,
    type: raw['type'] as View['type'],
    blocks,
    private_metadata: raw['private_metadata'] ?? '',
    callback_id: (raw['callback_id'] as string | undefined) ?? '',
    state: { values: carriedOver(blocks, before?.state.values ?? {}) },
    hash: mintHash(world),
    title: raw['title'] ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: raw['clear_on_close'] ?? false,
    notify_on_close: raw['notify_on_close'] ?? false,
    close: raw['close'] ?? null,
    submit: raw['submit'] ?? null,
    previous_view_id: before?.previous_view_id ?? below?.id ?? null,
    root_view_id: before?.root_view_id ?? below?.root_view_id ?? id,
    app_id: store.appId,
    external_id,
    app_installed_team_id: store.seed.team.id,
    bot_id: store.botId,
  }
}

export function allViews(world: World): View[] {
  const { stacks, homes } = world.store.kept
  return [...Object.values(stacks).flat(), ...Object.values(homes)]
}

/** A person's open view by its id: a modal anywhere in the stack, or the Home tab. */
export function viewOf(world: World, user: string, view_id: string): View | undefined {
  const { stacks, homes } = world.store.kept
  return [...(stacks[user] ?? []), homes[user]].find((view) => view?.id === view_id)
}

/** A new modal; one that was open is gone. */
export function openView(world: World, user: string, raw: JsonObject): View {
  const view = complete(world, raw)
  world.store.kept.stacks[user] = [view]
  world.store.changed('view')
  return view
}

/** A modal above the open one; refuses `push_limit_reached`. */
export function pushView(world: World, user: string, raw: JsonObject): View {
  const stack = (world.store.kept.stacks[user] ??= [])
  if (stack.length === 0)
    throw new Refusal('invalid_arguments', [
      "must match the `type` of the root view whose stack we're pushing onto [json-pointer:/view/type]",
    ])
  if (stack.length >= STACK_LIMIT) throw new Refusal('push_limit_reached')
  const view = complete(world, raw, undefined, stack.at(-1))
  stack.push(view)
  world.store.changed('view')
  return view
}

/** The same view with new content; refuses `not_found`, and `hash_conflict` for a hash that is not its own. */
export function replaceView(
  world: World,
  which: (view: View) => boolean,
  raw: JsonObject,
  hash?: string,
): View {
  for (const stack of Object.values(world.store.kept.stacks)) {
    const at = stack.findIndex(which)
    const before = stack[at]
    if (before === undefined) continue
    if (hash !== undefined && hash !== before.hash) throw new Refusal('hash_conflict')
    const view = complete(world, raw, before)
    stack[at] = view
    world.store.changed('view')
    return view
  }
  throw new Refusal('not_found')
}

/** A person's Home tab. */
export function publishView(world: World, user: string, raw: JsonObject, hash?: string): View {
  const { homes } = world.store.kept
  const before = homes[user]
  if (before !== undefined && hash !== undefined && hash !== before.hash) throw new Refusal('hash_conflict')
  const view = complete(world, raw, before)
  homes[user] = view
  world.store.changed('view')
  return view
}

/** Takes a view and all above it off a person's stack. */
export function dropView(world: World, user: string, view_id: string): void {
  const { stacks } = world.store.kept
  const stack = stacks[user] ?? []
  const at = stack.findIndex(({ id }) => id === view_id)
  if (at <= 0) delete stacks[user]
  else stacks[user] = stack.slice(0, at)
  world.store.changed('view')
}

/** Takes all of a person's modals away. */
export function clearViews(world: World, user: string): void {
  delete world.store.kept.stacks[user]
  world.store.changed('view')
}
