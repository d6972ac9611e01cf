// What an action does differs with the kind of platform; its dialog says what it does on this one. Pure.
import type { Action } from './action.ts'
import type { Lookup } from './caution.ts'

/** The action with the consequence that it has on the incident's kind of platform. */
export function onPlatform(action: Action, lookup: Lookup): Action {
  const kind = lookup('platform_kind')
  const consequence = kind === undefined ? undefined : action.consequenceOn?.[kind]
  return consequence === undefined ? action : { ...action, consequence }
}
