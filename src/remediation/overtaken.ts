// Whether something else has been deployed since a rollback was done: what it mended may be broken anew. Pure.
import { deployedOf } from '../incidents/deployed.ts'
import type { Deployment } from '../incidents/deployments.ts'
import { tellsOf } from '../incidents/named-deployment.ts'
import type { ActionRun } from './action-runs.ts'

/**
 * True where what is deployed by the markers is not what the run went back to, and was told of after that. A marker that
 * came before is one of those that it went back from.
 */
export function isOvertaken(
  { params, requestedAt, endedAt }: Pick<ActionRun, 'params' | 'requestedAt' | 'endedAt'>,
  deployments: readonly Deployment[],
): boolean {
  const { current } = deployedOf(deployments)
  const { to } = params
  if (current === null || endedAt === null) return false
  if (typeof to !== 'string') return current.receivedAt > endedAt
  const isTo = tellsOf(deployments, to)
  if (isTo(current)) return false
  // What shows it may come together with what overtakes it, before anybody has looked.
  const shown = deployments.filter((one) => isTo(one) && one.receivedAt >= requestedAt)
  const since = Math.min(endedAt.getTime(), ...shown.map(({ receivedAt }) => receivedAt.getTime()))
  return current.receivedAt.getTime() > since
}
