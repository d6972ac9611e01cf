// A Slack workspace on your own machine: the Web API and Socket Mode on one port, people in process.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createFaults, refuseConnections } from '../faults.ts'
import { createListener } from './http.ts'
import { clickInView, closeView, submitView } from './modal.ts'
import { click, command, post } from './person.ts'
import { createRateLimiter } from './rate.ts'
import { createSocketHub } from './socket.ts'
import { openStore } from './store.ts'
import { createTriggers } from './triggers.ts'
import type { SlackServer, SlackServerOptions, SlackState } from './types.ts'
import type { World } from './world.ts'

function stateOf(world: World): SlackState {
  const { kept, seed } = world.store
  return structuredClone({
    channels: kept.channels.map((channel) => ({ ...channel, is_im: channel.im !== undefined })),
    ephemerals: kept.ephemerals,
    views: Object.entries(kept.stacks).map(([user, stack]) => ({ user, stack })),
    homes: Object.entries(kept.homes).map(([user, view]) => ({ user, view })),
    files: kept.files,
    commands: seed.commands,
    users: seed.users,
    calls: kept.calls,
    sockets: world.hub.count(),
    warnings: kept.warnings,
  })
}

/**
 * Starts a workspace on 127.0.0.1. It speaks Slack's wire protocol and refuses what Slack refuses; the
 * product reaches it by `apiUrl` and the seed's tokens alone. Rejects when the port is taken or the state
 * file cannot be read.
 */
export async function createSlackServer(options: SlackServerOptions): Promise<SlackServer> {
  const now = options.now ?? Date.now
  const faults = createFaults()
  const store = openStore(options.workspace, now, options.stateFile)
  const hub = createSocketHub(store, faults, options.ackTimeoutMs ?? 3000)
  const triggers = createTriggers(now)
  const rates = options.enforceRateLimits === true ? createRateLimiter(now) : undefined
  const server = createServer()
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const world: World = { store, hub, triggers, options, origin }
  const listener = createListener(world, faults, rates)

  server.on('request', (request, response) => {
    listener(request, response).catch((error: unknown) => {
      // A request that was cut off is the client's doing; anything else a developer must see.
      if (!request.destroyed || request.complete) store.warn(`${request.url ?? ''} failed: ${String(error)}`)
      response.destroy()
    })
  })
  server.on('upgrade', (request, socket, head) => hub.upgrade(request, socket, head))
  refuseConnections(server, faults)
  faults.onChange((fault) => {
    if (fault?.kind === 'socket_loss') hub.drop()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })

  return {
    apiUrl: `${origin()}/api/`,
    state: () => stateOf(world),
    subscribe: (change) => store.subscribe(change),
    click: async (press) => await click(world, press),
    clickInView: async (press) => await clickInView(world, press),
    command: async (typed) => await command(world, typed),
    submitView: async (form) => await submitView(world, form),
    closeView: async (at) => await closeView(world, at),
    post: async (said) => await Promise.resolve(post(world, said)),
    disconnect: (reason) => hub.disconnect(reason),
    faults,
    reset() {
      store.reset()
      triggers.clear()
      rates?.clear()
    },
    async close() {
      await hub.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      await store.flush()
    },
  }
}
