// The workspace's memory: channels, messages, views, files; every change is announced and kept on disk.
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

import type { Channel, Ephemeral, FileRecord, Message, View, WorkspaceSeed } from './types.ts'

/** A response_url that was handed out: where its answers go and how often it has been used. */
export interface ResponseUrl {
  readonly channel: string
  readonly user: string
  readonly expiresAt: number
  uses: number
  /** The message whose button was pressed; commands have none. */
  readonly original?: { readonly ts: string; readonly ephemeral: boolean }
}

/** The part that survives a restart: plain JSON. */
export interface Kept {
  lastMicros: number
  serial: number
  channels: Channel[]
  ephemerals: Ephemeral[]
  stacks: Record<string, View[]>
  homes: Record<string, View>
  files: FileRecord[]
  /** base64 by file id. */
  contents: Record<string, string>
  responseUrls: Record<string, ResponseUrl>
  calls: Record<string, number>
  warnings: string[]
}

export interface Store {
  readonly seed: WorkspaceSeed
  readonly appId: string
  readonly botId: string
  kept: Kept
  now(): number
  /** A ts as Slack mints it: seconds, a dot, six decimals; unique and rising within the workspace. */
  mintTs(): string
  /** `F000001`, `V000002`, ...: unique for the life of the workspace. */
  mintId(prefix: string): string
  /** By id, or by name with or without `#`. */
  channel(idOrName: string): Channel | undefined
  message(channel: Channel, ts: string): Message | undefined
  warn(warning: string): void
  changed(change: string): void
  subscribe(listener: (change: string) => void): () => void
  reset(): void
  /** Waits until all is on disk. */
  flush(): Promise<void>
}

/** Warnings are for looking at: the last two hundred are plenty. */
const WARNINGS_KEPT = 200

/** Changes within this many milliseconds reach the disk together. */
const GATHER_MS = 50

function fresh(seed: WorkspaceSeed): Kept {
  return {
    lastMicros: 0,
    serial: 0,
    channels: seed.channels.map(({ id, name, members }) => ({
      id,
      name,
      members: [...members],
      messages: [],
    })),
    ephemerals: [],
    stacks: {},
    homes: {},
    files: [],
    contents: {},
    responseUrls: {},
    calls: {},
    warnings: [],
  }
}

function read(stateFile: string, seed: WorkspaceSeed): Kept {
  let text: string
  try {
    text = readFileSync(stateFile, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fresh(seed)
    throw error
  }
  let kept: Kept
  try {
    kept = { ...fresh(seed), ...(JSON.parse(text) as Partial<Kept>) }
  } catch (error) {
    throw new Error(`The sandbox's state file ${stateFile} is no JSON: remove it to begin anew`, {
      cause: error,
    })
  }
  // A channel that the seed gained since is there too; what people said stays.
  const known = new Set(kept.channels.map(({ id }) => id))
  kept.channels.push(...fresh(seed).channels.filter(({ id }) => !known.has(id)))
  return kept
}

/**
 * Opens a workspace's memory. With a `stateFile` each change is written soon after it happened, to a
 * temporary file that then takes the name, so that a crash leaves the old state or the new one.
 */
export function openStore(seed: WorkspaceSeed, now: () => number, stateFile?: string): Store {
  const listeners = new Set<(change: string) => void>()
  let dirty = false
  let writing: Promise<void> | undefined

  async function write(file: string, store: Store): Promise<void> {
    while (dirty) {
      // A storm of messages is one write, not a thousand.
      await setTimeout(GATHER_MS)
      dirty = false
      try {
        await writeFile(`${file}.tmp`, JSON.stringify(store.kept))
        await rename(`${file}.tmp`, file)
      } catch (error) {
        // A full disk must not end the process that the sandbox shares with its page.
        store.kept.warnings.push(`The state file could not be written: ${String(error)}`)
      }
    }
    writing = undefined
  }

  const store: Store = {
    seed,
    appId: 'A0SANDBOX',
    botId: `B${seed.botUser.id.slice(1)}`,
    kept: stateFile === undefined ? fresh(seed) : read(stateFile, seed),
    now,
    mintTs() {
      store.kept.lastMicros = Math.max(Math.floor(now() * 1000), store.kept.lastMicros + 1)
      const micros = String(store.kept.lastMicros)
      return `${micros.slice(0, -6)}.${micros.slice(-6)}`
    },
    mintId(prefix) {
      store.kept.serial += 1
      return `${prefix}${String(store.kept.serial).padStart(6, '0')}`
    },
    channel(idOrName) {
      const name = idOrName.replace(/^#/, '')
      return store.kept.channels.find((channel) => channel.id === idOrName || channel.name === name)
    },
    message: (channel, ts) => channel.messages.findLast((message) => message.ts === ts),
    warn(warning) {
      store.kept.warnings.push(warning)
      if (store.kept.warnings.length > WARNINGS_KEPT) store.kept.warnings.shift()
      store.changed('warning')
    },
    changed(change) {
      for (const listener of listeners) listener(change)
      if (stateFile === undefined) return
      dirty = true
      writing ??= write(stateFile, store)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    reset() {
      // Time goes on: a ts that was used before the reset is never used again.
      const { lastMicros } = store.kept
      store.kept = { ...fresh(seed), lastMicros }
      store.changed('reset')
    },
    async flush() {
      await writing
    },
  }
  return store
}
