// Roll Back: asks the operator's deployment pipeline to take a job back, and looks until the pipeline announces it.
import * as z from 'zod'
import { MAX_MARKER_TEXT } from '../../alerts/deploy-marker.ts'
import type { Deployment } from '../../incidents/deployments.ts'
import { deployedOf } from '../../incidents/deployed.ts'
import { isCalled, isNamed, isSame, nameOf, tellsOf } from '../../incidents/named-deployment.ts'
import { utcSecond } from '../../utc.ts'
import type { Order } from '../order.ts'
import type { WebhookAction } from '../action.ts'

const name = z
  .string('expected text')
  .trim()
  .min(1, 'is empty')
  .max(MAX_MARKER_TEXT, `has more than ${MAX_MARKER_TEXT} characters`)
const params = z.strictObject({
  webhook: name
    .optional()
    .describe('which webhook of arrestor.yml; the first that serves the team unless said'),
  from: name.optional().describe('what is deployed; from the deploy markers unless said'),
  to: name.optional().describe('what to go back to; from the deploy markers unless said'),
  reason: name.optional().describe('why, for whoever reads the pipeline’s log'),
})

/** Name in facts: of the probe that each diagnosis runs, by the step that it runs it by. */
const LAST_GOOD_AT = 'changes.last_good_at'
/** By so much the clock of whoever sends markers may be behind ours. */
const MAX_SKEW_MS = 5 * 60_000

export const rollBack: WebhookAction = {
  id: 'deploy.roll-back',
  title: 'Roll Back',
  // From what to what stands first: a dialog shows the beginning of what is long.
  consequence:
    'Goes from {from} back to {to}: {webhook} is asked to take {target} there. Tables and checkpoints stay as the newer version left them.',
  unsaid: { webhook: 'the pipeline', from: 'what is deployed', to: 'what was there before' },
  adds: (lookup) =>
    timeOf(lookup(LAST_GOOD_AT)) === null
      ? 'No good run of the job is known: what was there before may be bad, too.'
      : null,
  danger: true,
  untilVerified: true,
  needs: null,
  floor: 'commander',
  params,
  target: ({ team, run }) => (run.jobName === null ? null : `${team}/${run.jobName.replaceAll(/\s+/g, '-')}`),
  fix(given, { webhooks, deployments, facts }) {
    const { webhook = webhooks[0] } = given
    // One that the runbook names may be there no more, or serve others.
    if (typeof webhook !== 'string' || !webhooks.includes(webhook)) return null
    const { current, previous } = deployedOf(deployments, timeOf(facts[LAST_GOOD_AT]))
    const known: readonly (readonly [string, string | null])[] = [
      ['webhook', webhook],
      ['from', current === null ? null : nameOf(current)],
      ['to', previous === null ? null : nameOf(previous)],
    ]
    return { ...Object.fromEntries(known.filter(([, value]) => value !== null)), ...given }
  },
  async execute(order, pipeline, signal) {
    const { webhook, from = null, to = null, reason = null } = params.parse(order.params)
    if (webhook === undefined)
      return { kind: 'refused', detail: 'No webhook was named. Nothing was sent.', next: 'look' }
    const markers = await pipeline.deployments()
    const { current } = deployedOf(markers)
    const isFrom = from === null ? () => false : tellsOf(markers, from)
    const news = (await pipeline.news()).find((one) => one.what !== 'config' && !isFrom(one))
    const overtaken =
      from !== null && current !== null && !isFrom(current)
        ? `${nameOf(current)} is deployed by now, and no longer ${from}`
        : news !== undefined
          ? `A deploy marker${saying(news)} has come since this was offered`
          : null
    if (overtaken !== null)
      return { kind: 'refused', detail: `${overtaken}. Nothing was sent.`, next: 'look' }
    const data = { from, to, reason, deployed: told(markers, from), previous: told(markers, to) }
    return await pipeline.send(webhook, { type: 'rollback.requested.v1', data }, signal)
  },
  async verify(order, pipeline) {
    const { from, to } = params.parse(order.params)
    const all = await pipeline.deployments()
    const known = all.filter(({ receivedAt }) => receivedAt < order.requestedAt)
    const isDone = to === undefined ? isBack(all, known, from) : tellsOf(all, to)
    const since = all
      .filter((one) => isNews(one, order) && isWhere(one, known) && (isNamed(one) || isDone(one)))
      .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    const wanted = since.find(isDone)
    const other = since.find((one) => !isDone(one) && (wanted === undefined || isAfter(one, wanted)))
    if (wanted !== undefined && other === undefined)
      return {
        kind: 'verified',
        detail: `A deploy marker says ${nameOf(wanted) ?? wanted.what}, at ${utcSecond(wanted.at)}.`,
      }
    return {
      kind: 'waiting',
      detail:
        other === undefined
          ? 'No deploy marker of the job has come since it was asked for.'
          : `A deploy marker says ${nameOf(other) ?? 'something without a name'}, which is not ${to ?? 'what was there before'}.`,
    }
  },
}

/** Came after the order, and speaks of a deployment done since: a marker may be late. */
function isNews({ what, at, receivedAt }: Deployment, { requestedAt }: Order): boolean {
  return what !== 'config' && receivedAt >= requestedAt && at.getTime() >= requestedAt.getTime() - MAX_SKEW_MS
}

/** An incident without a platform hears of all: what is done on another, such as staging, proves nothing. */
function isWhere({ platform }: Deployment, known: readonly Deployment[]): boolean {
  const platforms = new Set(known.flatMap((one) => one.platform ?? []))
  return platform === null || platforms.size === 0 || platforms.has(platform)
}

/**
 * What took the place of what was wanted, or may have: of one instant nobody knows. What is for all jobs, such as an image,
 * takes no place of what is of the job.
 */
function isAfter(one: Deployment, wanted: Deployment): boolean {
  return one.at >= wanted.at && (one.jobNames.length > 0 || wanted.jobNames.length === 0)
}

/**
 * Where nobody said to what: a rollback, or something that was deployed before, but not what was to go; where nobody said
 * what that is, either, a rollback alone.
 */
function isBack(
  all: readonly Deployment[],
  known: readonly Deployment[],
  from: string | undefined,
): (one: Deployment) => boolean {
  if (from === undefined) return ({ what }) => what === 'rollback'
  const isFrom = tellsOf(all, from)
  return (one) => !isFrom(one) && (one.what === 'rollback' || known.some((before) => isSame(before, one)))
}

function saying(deployment: Deployment): string {
  const name = nameOf(deployment)
  return name === null ? '' : ` of ${name}`
}

function timeOf(text: string | undefined): Date | null {
  const at = new Date(text ?? '')
  return Number.isNaN(at.getTime()) ? null : at
}

/** The newest deployment of that name as a receiver reads it; null where none is known. */
function told(markers: readonly Deployment[], name: string | null): Readonly<Record<string, unknown>> | null {
  const [deployment] = markers
    .filter((one) => name !== null && one.what !== 'config' && isCalled(one, name))
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
  if (deployment === undefined) return null
  const { what, version, image, commit, summary, by, url, at } = deployment
  return { what, version, image, commit, summary, by, url, at: at.toISOString() }
}
