// Roll Back: asks the operator's deployment pipeline to take a job back, and looks until the pipeline announces it.
import * as z from 'zod'
import type { Deployment } from '../../incidents/deployments.ts'
import { deployedOf, isCalled, nameOf } from '../../incidents/deployed.ts'
import type { Order } from '../order.ts'
import type { WebhookAction } from '../action.ts'

const name = z.string('expected text').trim().min(1, 'is empty').max(200, 'has more than 200 characters')
const params = z.strictObject({
  webhook: name
    .optional()
    .describe('which webhook of arrestor.yml; the first that serves the team unless said'),
  from: name.optional().describe('what is deployed; from the deploy markers unless said'),
  to: name.optional().describe('what to go back to; from the deploy markers unless said'),
  reason: name.optional().describe('why, for whoever reads the pipeline’s log'),
})

export const rollBack: WebhookAction = {
  id: 'deploy.roll-back',
  title: 'Roll Back',
  consequence:
    'Asks {webhook} to take {target} back from {from} to {to}. Tables and checkpoints stay as the newer version left them.',
  unsaid: { webhook: 'the pipeline', from: 'what is deployed', to: 'what was there before' },
  danger: true,
  untilVerified: true,
  needs: null,
  floor: 'commander',
  params,
  target: ({ team, run }) => (run.jobName === null ? null : `${team}/${run.jobName.replaceAll(/\s+/g, '-')}`),
  fix(given, { webhooks, deployments }) {
    const { current, previous } = deployedOf(deployments)
    const known: readonly (readonly [string, string | null])[] = [
      ['webhook', webhooks[0] ?? null],
      ['from', current === null ? null : nameOf(current)],
      ['to', previous === null ? null : nameOf(previous)],
    ]
    return { ...Object.fromEntries(known.filter(([, value]) => value !== null)), ...given }
  },
  async execute(order, pipeline, signal) {
    const { webhook, from = null, to = null, reason = null } = params.parse(order.params)
    if (webhook === undefined) return { kind: 'refused', detail: 'No webhook was named. Nothing was sent.' }
    const { current, previous } = deployedOf(await pipeline.deployments())
    if (from !== null && current !== null && !isCalled(current, from))
      return {
        kind: 'refused',
        detail: `${nameOf(current)} is deployed by now, and no longer ${from}. Nothing was sent.`,
      }
    const data = { from, to, reason, deployed: told(current), previous: told(previous) }
    return await pipeline.send(webhook, { type: 'rollback.requested.v1', data }, signal)
  },
  async verify(order, pipeline) {
    const { to } = params.parse(order.params)
    const since = (await pipeline.deployments()).filter((one) => isNews(one, order))
    const wanted = since.find((one) => to === undefined || isCalled(one, to))
    if (wanted !== undefined)
      return {
        kind: 'verified',
        detail: `A deploy marker says ${nameOf(wanted) ?? wanted.what}, at ${wanted.at.toISOString()}.`,
      }
    const other = since.map(nameOf).find((one) => one !== null)
    return {
      kind: 'waiting',
      detail:
        other === undefined
          ? 'No deploy marker of the job has come since it was asked for.'
          : `A deploy marker says ${other}, which is not ${to ?? 'it'}.`,
    }
  },
}

/** Came after the order, and speaks of a deployment done since. */
function isNews({ what, receivedAt }: Deployment, { requestedAt }: Order): boolean {
  return what !== 'config' && receivedAt >= requestedAt
}

/** A deployment as a receiver reads it. */
function told(deployment: Deployment | null): Readonly<Record<string, unknown>> | null {
  if (deployment === null) return null
  const { what, version, image, commit, summary, by, url, at } = deployment
  return { what, version, image, commit, summary, by, url, at: at.toISOString() }
}
