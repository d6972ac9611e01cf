// What is deployed, and what to go back to: a rollback must never lead back to what was rolled back.
import { describe, expect, test } from 'vitest'
import type { DeployKind } from '../../src/alerts/deploy-marker.ts'
import { deployedOf, nameOf } from '../../src/incidents/deployed.ts'
import { markerOf } from '../support/deployments.ts'

const read = (...history: (readonly [DeployKind, string | null])[]): (string | null)[] => {
  const markers = history.map(([what, version], day) => markerOf(what, version, new Date(day * 86_400_000)))
  const { current, previous } = deployedOf(markers.toReversed())
  return [current, previous].map((one) => (one === null ? null : nameOf(one)))
}

describe('deploy markers', () => {
  test.each<[string, (readonly [DeployKind, string | null])[], (string | null)[]]>([
    ['none', [], [null, null]],
    ['the first', [['deploy', 'v1']], ['v1', null]],
    ['two', [['deploy', 'v1'], ['deploy', 'v2']], ['v2', 'v1']],
    ['the same again', [['deploy', 'v1'], ['deploy', 'v2'], ['deploy', 'v2']], ['v2', 'v1']],
    ['one rolled back', [['deploy', 'v1'], ['deploy', 'v2'], ['deploy', 'v3'], ['rollback', 'v2']], ['v2', 'v1']],
    ['back to the first', [['deploy', 'v1'], ['deploy', 'v2'], ['rollback', 'v1']], ['v1', null]],
    ['back to what nobody told', [['deploy', 'v2'], ['rollback', 'v1']], ['v1', null]],
    ['one without a name', [['deploy', 'v1'], ['config', null], ['deploy', 'v2']], ['v2', 'v1']],
  ])('%s', (_what, history, expected) => expect(read(...history)).toEqual(expected)) // prettier-ignore
})
