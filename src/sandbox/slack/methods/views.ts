// Opening, pushing and replacing modals; publishing Home tabs.
import { Refusal } from '../refusal.ts'
import type { JsonObject, View } from '../types.ts'
import { checkedView, openView, publishView, pushView, replaceView } from '../views.ts'
import type { Call, Methods } from '../world.ts'

function triggered(call: Call, put: typeof openView): JsonObject {
  const { world, args } = call
  const trigger = args.need('trigger_id')
  // A view that is refused does not use the trigger up.
  const raw = checkedView(args.structure('view', 'invalid_arguments'), false)
  return { view: put(world, world.triggers.exchange(trigger), raw) }
}

function update({ world, args }: Call): JsonObject {
  const raw = checkedView(args.structure('view', 'invalid_arguments'), false)
  const view_id = args.text('view_id')
  const external_id = args.text('external_id')
  if (view_id === undefined && external_id === undefined)
    throw new Refusal('invalid_arguments', ['missing required field: view_id'])
  const which = (view: View): boolean =>
    view_id === undefined ? view.external_id === external_id : view.id === view_id
  return { view: replaceView(world, which, raw, args.text('hash')) }
}

function publish({ world, args }: Call): JsonObject {
  const user = args.need('user_id')
  if (!world.store.seed.users.some(({ id }) => id === user)) throw new Refusal('user_not_found')
  const raw = checkedView(args.structure('view', 'invalid_arguments'), true)
  return { view: publishView(world, user, raw, args.text('hash')) }
}

export const viewMethods: Methods = {
  'views.open': { token: 'bot', tier: 'tier4', run: (call) => triggered(call, openView) },
  'views.push': { token: 'bot', tier: 'tier4', run: (call) => triggered(call, pushView) },
  'views.update': { token: 'bot', tier: 'tier4', run: update },
  'views.publish': { token: 'bot', tier: 'tier4', run: publish },
}
