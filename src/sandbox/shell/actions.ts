// What the page may do: one entry per POST, its body checked, then one call of the part that carries it out.
import * as z from 'zod'
import type { Breaker } from '../break/breaker.ts'
import { FAULT_KINDS } from '../faults.ts'
import type { Memory } from './memory.ts'
import type { Parts } from './parts.ts'

type Action = (body: unknown) => Promise<unknown>

const text = z.string().min(1).max(255)
const values = z.record(z.string(), z.record(z.string(), z.unknown()))
const pressed = {
  user: text,
  block_id: text,
  action_id: text,
  value: z.string().exactOptional(),
  selected_option: z.union([z.string(), z.array(z.string())]).exactOptional(),
  state_values: values.exactOptional(),
}
const schemas = {
  click: z.object({ ...pressed, channel: text, ts: text, stale: z.boolean().exactOptional() }),
  viewClick: z.object({ ...pressed, view_id: text }),
  command: z.object({ user: text, channel: text, command: text, text: z.string() }),
  viewSubmit: z.object({ user: text, view_id: text, values }),
  viewClose: z.object({ user: text, view_id: text }),
  post: z.object({ user: text, channel: text, text: z.string(), thread_ts: z.string().exactOptional() }),
  fault: z.object({
    target: z.enum(['slack', 'pagerduty', 'spark']),
    kind: z.enum(FAULT_KINDS),
    match: z.string().exactOptional(),
    count: z.int().min(0).exactOptional(),
    delayMs: z.int().min(0).max(600_000).exactOptional(),
    retryAfter: z.int().min(0).max(3600).exactOptional(),
  }),
  break: z.object({ scenario: text, resolve: z.boolean().default(false) }),
  pagerduty: z.object({ id: text, user: text }),
}

/** The name in the menu that stands for everything that burns. */
const EVERYTHING = 'well'

/**
 * The actions by their path below /api/. Each takes a parsed JSON body and answers `{ ok, ... }`; a body of
 * another shape throws a `z.ZodError`. `changed` is called after what the parts do not announce themselves.
 */
export function createActions(
  parts: Parts,
  breaker: Breaker,
  memory: Memory,
  changed: () => void,
): Readonly<Record<string, Action>> {
  const progress = (step: 'broke' | 'pressed'): void => {
    const { progress } = memory.get()
    if (!progress[step]) memory.set({ progress: { ...progress, [step]: true } })
    changed()
  }
  const { slack, pagerduty } = parts
  return {
    async click(body) {
      const result = await slack.click(schemas.click.parse(body))
      if (result.ok) progress('pressed')
      return result
    },
    'view-click': async (body) => await slack.clickInView(schemas.viewClick.parse(body)),
    command: async (body) => await slack.command(schemas.command.parse(body)),
    'view-submit': async (body) => await slack.submitView(schemas.viewSubmit.parse(body)),
    'view-close': async (body) => await slack.closeView(schemas.viewClose.parse(body)),
    post: async (body) => await slack.post(schemas.post.parse(body)),
    async fault(body) {
      const { target, ...fault } = schemas.fault.parse(body)
      const id = parts[target].faults.add(fault)
      changed()
      return { ok: true, id }
    },
    async 'faults/clear'() {
      for (const part of [slack, pagerduty, parts.spark]) part.faults.clear()
      changed()
      return { ok: true }
    },
    async break(body) {
      const { scenario, resolve } = schemas.break.parse(body)
      const one = scenario === EVERYTHING ? undefined : scenario
      const result = resolve || one === undefined ? await breaker.resolve(one) : await breaker.fire(one)
      if (result.ok) progress('broke')
      changed()
      return result
    },
    'pagerduty/acknowledge': async (body) => {
      const { id, user } = schemas.pagerduty.parse(body)
      return pagerduty.acknowledge(id, user)
    },
    'pagerduty/resolve': async (body) => {
      const { id, user } = schemas.pagerduty.parse(body)
      return pagerduty.resolve(id, user)
    },
    async reset() {
      for (const part of [slack, pagerduty, parts.spark]) part.faults.clear()
      slack.reset()
      pagerduty.reset()
      parts.spark.reset()
      memory.reset()
      changed()
      return { ok: true }
    },
  }
}
