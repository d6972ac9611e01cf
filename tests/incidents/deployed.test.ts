// What is deployed, and what to go back to: a rollback must never lead back to what was rolled back.
import { describe, expect, test } from 'vitest'
import type { DeployKind } from '../../src/alerts/deploy-marker.ts'
import { deployedOf } from '../../src/incidents/deployed.ts'
import type { Deployment } from '../../src/incidents/deployments.ts'
import { nameOf } from '../../src/incidents/named-deployment.ts'
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
    ['gone back by deploying the old one', [['deploy', 'v1'], ['deploy', 'v2'], ['deploy', 'v1']], ['v1', null]],
    ['the same, two steps', [['deploy', 'v1'], ['deploy', 'v2'], ['deploy', 'v3'], ['deploy', 'v2']], ['v2', 'v1']],
    ['a change of settings with a version', [['deploy', 'v1'], ['deploy', 'v2'], ['config', 'c7']], ['v2', 'v1']],
  ])('%s', (_what, history, expected) => expect(read(...history)).toEqual(expected)) // prettier-ignore
})

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number))
const names = (markers: readonly Deployment[], lastGood: Date | null = null): (string | null)[] => {
  const { current, previous } = deployedOf(markers, lastGood)
  return [current, previous].map((one) => (one === null ? null : nameOf(one)))
}

describe('what was deployed when the last good run began', () => {
  const three = [1, 2, 3].map((number) => markerOf('deploy', `v${number}`, day(number)))
  test.each<[string, Date | null, (string | null)[]]>([
    ['is gone back to, past all that was bad', new Date('2026-01-01T12:00Z'), ['v3', 'v1']],
    ['may be what was there just before', new Date('2026-01-02T12:00Z'), ['v3', 'v2']],
    ['may be what is deployed: then what was there before', day(4), ['v3', 'v2']],
    ['may be nothing that anybody told of', new Date('2025-12-31'), ['v3', null]],
    ['is not known where no run ended well', null, ['v3', 'v2']],
  ])('%s', (_what, lastGood, expected) => expect(names(three, lastGood)).toEqual(expected))

  test('was there from its first marker on', () => {
    const again = [markerOf('deploy', 'v1', day(1)), markerOf('deploy', 'v1', day(5)), markerOf('deploy', 'v2', day(6)), markerOf('deploy', 'v3', day(7))] // prettier-ignore
    expect(names(again, day(3))).toEqual(['v3', 'v1'])
  })
})

describe('markers that do not follow upon one another', () => {
  const staging = { platform: 'staging' }
  const prod = { platform: 'prod' }
  const team = { jobNames: [] }
  test.each<[string, Deployment[], (string | null)[]]>([
    [
      'of two platforms',
      [markerOf('deploy', '1.2', day(1), prod), markerOf('deploy', '1.3-rc1', day(2), staging), markerOf('deploy', '1.3', day(3), prod)],
      [null, null],
    ],
    [
      'of one platform and of all',
      [markerOf('deploy', '1.2', day(1)), markerOf('deploy', '1.3', day(3), prod)],
      ['1.3', '1.2'],
    ],
    [
      'of the team before those of the job',
      [markerOf('deploy', 'img7', day(1), team), markerOf('deploy', 'v1', day(2)), markerOf('deploy', 'v2', day(3))],
      ['v2', 'v1'],
    ],
    [
      'of the team after those of the job',
      [markerOf('deploy', 'v1', day(1)), markerOf('deploy', 'img7', day(2), team), markerOf('deploy', 'img8', day(3), team)],
      [null, null],
    ],
    [
      'of the team alone',
      [markerOf('deploy', 'img7', day(2), team), markerOf('deploy', 'img8', day(3), team)],
      ['img8', 'img7'],
    ],
  ])('%s', (_what, markers, expected) => expect(names(markers)).toEqual(expected)) // prettier-ignore
})

describe('two markers of one deployment', () => {
  const first = markerOf('deploy', 'v1', day(1), { commit: '1'.repeat(40) })
  const commit = 'abcdef0123abcdef0123abcdef0123abcdef0123'
  const argo = (number: number): Deployment => markerOf('deploy', null, day(number), { commit })
  const image = 'registry.example/orders:3.0.0'
  test.each<[string, Deployment[], (string | null)[]]>([
    ['by its commit, then by its version', [argo(2), markerOf('deploy', 'v3', day(3), { commit })], ['v3', 'v1']],
    ['by its version, then by its commit', [markerOf('deploy', 'v3', day(2), { commit }), argo(3)], ['v3', 'v1']],
    ['by its short commit', [markerOf('deploy', 'v3', day(2), { commit }), markerOf('deploy', null, day(3), { commit: 'abcdef0' })], ['v3', 'v1']],
    ['by its image, then by its version too', [markerOf('deploy', null, day(2), { image, commit }), markerOf('deploy', 'v3', day(3), { image })], ['v3', 'v1']],
    ['by its image and by its version, of one commit', [markerOf('deploy', null, day(2), { image, commit }), markerOf('deploy', 'v3', day(3), { commit })], ['v3', 'v1']],
    ['with and without a v', [markerOf('deploy', '3.0', day(2), { commit }), markerOf('deploy', 'v3.0', day(3), { commit })], ['v3.0', 'v1']],
    ['at one instant', [argo(3), markerOf('deploy', 'v3', day(3), { commit })], ['v3', 'v1']],
    ['with another in between, which was gone back from', [argo(2), markerOf('deploy', 'v4', day(3)), markerOf('rollback', 'v3', day(4), { commit })], ['v3', 'v1']],
    ['are one, but two versions of one commit are not', [markerOf('deploy', 'v3', day(2), { commit }), markerOf('deploy', 'v4', day(3), { commit })], ['v4', 'v3']],
    ['are none of a rollback by a pipeline that gives its own commit', [markerOf('deploy', 'v3', day(2), { commit }), markerOf('rollback', 'v1', day(3), { commit })], ['v1', null]],
  ])('%s', (_what, markers, expected) => {
    expect(names([first, ...markers])).toEqual(expected)
    expect(names([first, ...markers].toReversed())).toEqual(expected)
  })
}) // prettier-ignore

describe('what nobody knows', () => {
  const v0 = markerOf('deploy', 'v0', day(1))
  const both = [markerOf('deploy', '1.0', day(2)), markerOf('deploy', '2.0', day(2))]
  test.each<[string, Deployment[], Date | null, (string | null)[]]>([
    ['which of two of one instant came last', both, null, [null, null]],
    ['with one before them', [v0, ...both], null, [null, null]],
    ['but what the last good run had before them', [v0, ...both], new Date('2026-01-01T12:00Z'), [null, 'v0']],
    ['what was there before something new', [v0, ...both, markerOf('deploy', 'v3', day(3))], null, ['v3', null]],
    ['until one of them is deployed once more', [v0, ...both, markerOf('rollback', '1.0', day(3))], null, ['1.0', 'v0']],
    ['what is redacted', [v0, markerOf('deploy', 'token-enricher:[redacted]', day(2))], null, [null, 'v0']],
    ['what is redacted, twice', [v0, markerOf('deploy', '[redacted]', day(2)), markerOf('deploy', '[redacted]', day(3))], null, [null, null]],
    ['what is cut', [v0, markerOf('deploy', `${'x'.repeat(299)}…`, day(2)), markerOf('deploy', 'v3', day(3))], null, ['v3', null]],
  ])('%s', (_what, markers, lastGood, expected) => expect(names(markers.toReversed(), lastGood)).toEqual(expected))

  test('but its commit, where its image is redacted', () => {
    const of = (number: number): Deployment => markerOf('deploy', null, day(number), { image: 'token:[redacted]', commit: String(number).repeat(40) })
    expect(names([of(1), of(2)])).toEqual(['2222222222', '1111111111'])
  })
}) // prettier-ignore
