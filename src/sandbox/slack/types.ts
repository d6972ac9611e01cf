// The vocabulary of the Slack server: what seeds it, what it remembers, what a person gets back.
import type { Faults } from '../faults.ts'

export type JsonObject = Record<string, unknown>
export type Blocks = JsonObject[]

export interface SeedUser {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly email: string
}

export interface SeedChannel {
  readonly id: string
  readonly name: string
  /** User ids; the bot posts only where its own id is among them. */
  readonly members: readonly string[]
}

export interface SeedUsergroup {
  readonly id: string
  readonly handle: string
  readonly name: string
  readonly users: readonly string[]
}

/** A workspace as it is before anybody has said anything. */
export interface WorkspaceSeed {
  readonly team: { readonly id: string; readonly domain: string }
  readonly botUser: { readonly id: string; readonly name: string }
  readonly botToken: string
  readonly appToken: string
  /** What the app was installed with; a method outside answers `missing_scope`. Absent: everything. */
  readonly scopes?: readonly string[]
  readonly users: readonly SeedUser[]
  readonly channels: readonly SeedChannel[]
  readonly commands: readonly {
    readonly command: string
    readonly description: string
    readonly usageHint: string
  }[]
  /** Without user groups the workspace is a free one: `usergroups.*` answer `plan_upgrade_required`. */
  readonly usergroups?: readonly SeedUsergroup[]
}

export interface Metadata {
  event_type: string
  event_payload: JsonObject
}

/** A message as the Web API shows it. */
export interface Message {
  type: 'message'
  ts: string
  text: string
  user: string
  team: string
  subtype?: string
  bot_id?: string
  app_id?: string
  blocks?: Blocks
  attachments?: JsonObject[]
  files?: FileRecord[]
  thread_ts?: string
  parent_user_id?: string
  edited?: { user: string; ts: string }
  metadata?: Metadata
  reactions?: { name: string; users: string[]; count: number }[]
}

/** A message that one person alone sees ("Only visible to you"). */
export interface Ephemeral {
  ts: string
  channel: string
  user: string
  text: string
  blocks?: Blocks
  attachments?: JsonObject[]
  thread_ts?: string
}

export interface Channel {
  id: string
  name: string
  members: string[]
  /** The person on the other side; set for direct messages alone. */
  im?: string
  messages: Message[]
}

export interface FileRecord {
  id: string
  name: string
  title: string
  mimetype: string
  filetype: string
  pretty_type: string
  mode: 'hosted' | 'snippet'
  size: number
  alt_txt?: string
  /** The beginning of a text; absent for what is no text. */
  preview?: string
  lines?: number
  lines_more?: number
  preview_is_truncated?: boolean
  url_private: string
  url_private_download: string
  permalink: string
  user: string
  created: number
}

/** A modal or a Home tab as the Web API shows it. */
export interface View extends JsonObject {
  id: string
  type: 'modal' | 'home'
  callback_id: string
  blocks: Blocks
  hash: string
  state: { values: StateValues }
  root_view_id: string
  previous_view_id: string | null
  external_id: string
}

/** block_id, then action_id, then `{ type, value | selected_option | ... }`. */
export type StateValues = Record<string, Record<string, JsonObject>>

/** All that the server has been told, for pages and tests to look at. */
export interface SlackState {
  readonly channels: (Channel & { readonly is_im: boolean })[]
  readonly ephemerals: Ephemeral[]
  /** Open modals, the topmost last. */
  readonly views: { readonly user: string; readonly stack: View[] }[]
  readonly homes: { readonly user: string; readonly view: View }[]
  readonly files: FileRecord[]
  readonly commands: WorkspaceSeed['commands']
  readonly users: readonly SeedUser[]
  /** How often each Web API method was called, refused calls included. */
  readonly calls: Record<string, number>
  /** WebSockets connected now. */
  readonly sockets: number
  /** What a developer should know: no answer in 3 s, refused payloads. Oldest first. */
  readonly warnings: string[]
}

/** What came of a person's doing. `error` is a code; `errors` are a form's errors by block_id. */
export type PressResult =
  | { ok: true; ts?: string; text?: string; blocks?: Blocks; view?: View; response_action?: string }
  | { ok: false; error: string; errors?: Record<string, string> }

export interface Press {
  readonly user: string
  readonly block_id: string
  readonly action_id: string
  readonly value?: string
  /** An option's value, or an id or date for pickers of those; several for multi selects. */
  readonly selected_option?: string | readonly string[]
  readonly state_values?: Record<string, Record<string, unknown>>
}

export interface SlackServerOptions {
  /** 0 = any free port of 127.0.0.1. */
  readonly port: number
  readonly workspace: WorkspaceSeed
  /** Keeps the workspace across restarts. */
  readonly stateFile?: string
  /** Milliseconds since the epoch; decides every ts and expiry. */
  readonly now?: () => number
  /** Enforces Slack's tiers and one post per second and channel (default false). */
  readonly enforceRateLimits?: boolean
  /** How long the app has to acknowledge (Slack: 3000 ms). */
  readonly ackTimeoutMs?: number
  /** A workspace may forbid edits after so many seconds: then `edit_window_closed`. */
  readonly editWindowSeconds?: number
}

export interface SlackServer {
  readonly apiUrl: string
  state(): SlackState
  /** Called with the kind of each change; returns the way to stop. */
  subscribe(listener: (change: string) => void): () => void
  /** `stale: true` sends the payload of a button that is no longer there. */
  click(press: Press & { channel: string; ts: string; stale?: boolean }): Promise<PressResult>
  clickInView(press: Press & { view_id: string }): Promise<PressResult>
  command(p: { user: string; channel: string; command: string; text: string }): Promise<PressResult>
  submitView(p: {
    user: string
    view_id: string
    values: Record<string, Record<string, unknown>>
  }): Promise<PressResult>
  closeView(p: { user: string; view_id: string }): Promise<PressResult>
  post(p: { user: string; channel: string; text: string; thread_ts?: string }): Promise<PressResult>
  /** Sends a disconnect frame to every socket, as Slack does every hour or so. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void
  readonly faults: Faults
  /** Back to the seed; connected sockets stay. */
  reset(): void
  close(): Promise<void>
}
