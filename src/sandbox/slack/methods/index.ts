// The Web API methods that this workspace knows; every other name is `unknown_method`.
import type { Methods } from '../world.ts'
import { authMethods } from './auth.ts'
import { chatMethods } from './chat.ts'
import { conversationMethods } from './conversations.ts'
import { viewMethods } from './views.ts'

export const METHODS: Methods = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...viewMethods,
}
