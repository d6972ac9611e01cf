// What the parts of the Slack server share: memory, sockets, triggers, and the address they hand out.
import type { SocketHub } from './socket.ts'
import type { Store } from './store.ts'
import type { Triggers } from './triggers.ts'
import type { JsonObject, SlackServerOptions } from './types.ts'
import type { Args } from './args.ts'

export interface World {
  readonly store: Store
  readonly hub: SocketHub
  readonly triggers: Triggers
  readonly options: SlackServerOptions
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  origin(): string
}

export interface Call {
  readonly world: World
  readonly args: Args
}

/** How often Slack lets an app call a method; see rate.ts for the figures. */
export type Tier = 'tier1' | 'tier2' | 'tier3' | 'tier4' | 'post' | 'special'

export interface Method {
  readonly token: 'bot' | 'app' | 'none'
  readonly tier: Tier
  /** Any one of these is enough (public and private channels have a scope each); absent: none is needed. */
  readonly scopes?: readonly string[]
  /** Returns the reply without `ok`; throws a Refusal for business errors. */
  readonly run: (call: Call) => JsonObject
}

export type Methods = Record<string, Method>
