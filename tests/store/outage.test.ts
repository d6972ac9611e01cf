// An outage in the log: one line that says what to do, one that says that it is over, and none of what it made fail.
import { beforeEach, expect, test } from 'vitest'
import { ArrestorError } from '../../src/errors.ts'
import { type Outage, createOutage, noticed } from '../../src/store/outage.ts'

let said: string[]
let outage: Outage
let at: number
beforeEach(() => {
  said = []
  at = 0
  const line =
    (level: string) =>
    (fields: object, message: string): void =>
      void said.push(`${level} ${message} ${JSON.stringify(fields)}`)
  outage = createOutage({ info: line('info'), warn: line('warn'), error: line('error') }, () => at)
})

const AWAY = new ArrestorError('ARR-201', { why: 'connect ECONNREFUSED' })

test('is said once with its mend, and its end once', () => {
  for (let call = 0; call < 3; call += 1) outage.away(AWAY)
  expect(said).toEqual([`error ${AWAY.message} {"code":"ARR-201"}`])
  expect(said[0]).toContain('Check DATABASE_URL')
  at = 1_500
  for (let call = 0; call < 3; call += 1) outage.works()
  expect(said.slice(1)).toEqual(['info the database answers again {}'])
})

test('the next one is said again', () => {
  outage.away(AWAY)
  at = 1_500
  outage.works()
  outage.away(AWAY)
  expect(said.filter((line) => line.startsWith('error'))).toHaveLength(2)
})

test('a pool that dies one connection after the other is one outage, though some still answer', () => {
  for (at = 0; at < 5_000; at += 500) {
    outage.away(AWAY)
    outage.works()
  }
  expect(said).toHaveLength(1)
})

test('one lost connection stands for a pool of them, until a call is answered', () => {
  for (let client = 0; client < 5; client += 1) outage.lost('terminated')
  expect(said).toEqual(['warn a database connection was lost {"why":"terminated"}'])
  outage.works()
  outage.lost('terminated')
  expect(said).toHaveLength(2)
})

test('what failed because of it is not repeated; what failed otherwise is', () => {
  outage.log.error({ loop: 'due', why: AWAY.message }, 'a loop failed and goes on')
  outage.log.warn({ reason: AWAY.message }, 'the clock could not be set again')
  outage.log.error({ loop: 'due', why: 'a wrong statement' }, 'a loop failed and goes on')
  outage.log.info({ why: AWAY.message }, 'told as it is')
  expect(said.map((line) => line.split(' ')[0])).toEqual(['error', 'info'])
  expect(said[0]).toContain('a wrong statement')
})

test('an error is looked at and given back', () => {
  const other = new Error('a wrong statement')
  expect(noticed(outage, other)).toBe(other)
  expect(said).toEqual([])
  expect(noticed(outage, AWAY)).toBe(AWAY)
  expect(noticed(undefined, AWAY)).toBe(AWAY)
  expect(said).toHaveLength(1)
})
