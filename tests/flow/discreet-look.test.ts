// P12: what a look for a later success found leaves nothing that its team keeps to itself.
import { expect, it } from 'vitest'
import { createDiscretion } from '../../src/alerts/discretion.ts'
import type { Look, Watched } from '../../src/diagnosis/recovery.ts'
import { discreetLook } from '../../src/flow/discreet-look.ts'
import { RUN } from '../diagnosis/support.ts'

const discretion = createDiscretion([{ name: 'customer', pattern: 'acme-\\d+' }], true)
const WATCHED: Watched = { id: 'run-1', since: new Date('2026-11-22T14:50:00Z'), failed: true, dates: {} }
const waiting = (watched: Watched): Look => ({
  kind: 'waiting',
  watched,
  because: 'the newest, acme-7, is of other data',
  passedOver: { id: 'acme-7', because: 'acme-7 is of the 21st' },
})

it.each<[string, Look]>([
  ['a success', { kind: 'recovered', run: { ...RUN, id: 'acme-7', jobName: 'load-acme-7', link: 'https://m/acme-7' }, own: false, judgedBy: null }],
  ['a success that has not come', waiting(WATCHED)],
  ['what nothing makes good', { kind: 'pointless', because: 'acme-7 is a stream' }],
])('P12: a look for a later success leaves nothing that is kept to a team: %s', (_what, look) => {
  const told = JSON.stringify(discreetLook(discretion, look))
  expect(told).not.toContain('acme-7')
  expect(told).toContain('[redacted:customer]')
}) // prettier-ignore

it('watches no run by an id that must not be kept', () => {
  expect(discreetLook(discretion, waiting(WATCHED))).toMatchObject({ watched: WATCHED })
  expect(discreetLook(discretion, waiting({ ...WATCHED, id: 'acme-7' }))).toMatchObject({
    watched: { ...WATCHED, id: null },
  })
})
