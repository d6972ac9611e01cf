// The Web API methods that this workspace knows; every other name is `unknown_method`.
import type { Methods } from '../world.ts'
import { authMethods } from './auth.ts'
import { blockMethods } from './blocks.ts'
import { chatMethods } from './chat.ts'
import { conversationMethods } from './conversations.ts'
import { fileMethods } from './files.ts'
import { reactionMethods } from './reactions.ts'
import { userMethods } from './users.ts'
import { viewMethods } from './views.ts'

export const METHODS: Methods = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...viewMethods,
  ...userMethods,
  ...reactionMethods,
  ...fileMethods,
  ...blockMethods,
}
