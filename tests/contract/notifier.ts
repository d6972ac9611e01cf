// What every notifier must do, whoever is at the other end: say truly what became of a send, and never say a secret.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SYSTEM } from '../../src/incidents/model.ts'
import { lockIncident } from '../../src/incidents/repository.ts'
import { resolveLocked } from '../../src/flow/settle.ts'
import type { Notifier, OutboxRow, SendResult } from '../../src/store/outbox.ts'
import type { Desk } from './desk.ts'
import type { Asked, OtherEnd } from './other-end.ts'

/** A notifier with a row to send and a server to send it to. */
export interface NotifierBench {
  /** Closed by whoever opened it. */
  readonly desk: Desk
  readonly end: OtherEnd
  readonly notifier: Notifier
  /** As the product wrote it. */
  readonly row: OutboxRow
  /** What must be in no reason and no log line. */
  readonly secrets: readonly string[]
  /** Under what the other end, or we ourselves, know a repeat for one. */
  readonly identityOf: (asked: Asked) => string
  /** Whether an effect makes something anew, where others only change what is there. */
  readonly isNew?: (asked: Asked) => boolean
  /** After a lost reply: `looks` finds what happened, `same key` repeats under the same identity. */
  readonly repeats: 'looks' | 'same key'
  /** Whether a success needs more than a 2xx: a login page must not pass for one. */
  readonly readsReplies: boolean
  /** What becomes of the row when its incident is resolved before it is claimed. */
  readonly whenResolved: 'sent' | 'withdrawn'
  /** Whether the row is withdrawn when its incident is gone. */
  readonly needsIncident: boolean
}

/** Below these nothing happened, or nobody knows; none of them is a success, and none is final at the first try. */
const STATUSES = [302, 400, 401, 403, 404, 408, 409, 410, 413, 422, 429, 500, 502, 503, 504]

/** Declares the suite; `open` is called once. */
export function notifierContract(name: string, open: () => Promise<NotifierBench>): void {
  describe(`notifier contract: ${name}`, () => {
    let bench: NotifierBench
    beforeAll(async () => {
      bench = await open()
    })
    beforeEach(() => {
      bench.end.reset()
      bench.desk.logs.length = 0
    })
    afterAll(() => bench?.end.close())

    const claim = async (row: OutboxRow): Promise<{ send: unknown } | { withdraw: string }> =>
      await bench.desk.store.transaction(
        async (tx) =>
          (await bench.notifier.claim?.(tx, row, bench.desk.clock.now())) ?? { send: row.payload },
      )
    const send = async (row: OutboxRow = bench.row): Promise<SendResult> => {
      const claimed = await claim(row)
      if (!('send' in claimed)) throw new Error(`withdrawn: ${claimed.withdraw}`)
      return await bench.notifier.send(claimed.send, row, new AbortController().signal)
    }
    const expectHonest = (result: SendResult, what: string): void => {
      expect(['retry', 'unknown'], `${what}: ${JSON.stringify(result)}`).toContain(result.kind)
      if (!('reason' in result)) return
      expect(result.reason, what).toMatch(/^[^\n]{5,500}$/)
      for (const secret of bench.secrets) {
        expect(result.reason, what).not.toContain(secret)
        expect(bench.desk.logs.join(''), what).not.toContain(secret)
      }
    }

    it('is written by the product: its destination and mode are those of its row', () => {
      const { notifier, row } = bench
      expect([notifier.destination, notifier.mode]).toEqual([row.destination, row.mode])
      expect(notifier.concurrency).toBeGreaterThan(0)
      expect(notifier.leaseMs).toBeGreaterThanOrEqual(20_000)
    })

    it('delivers once, and names what it made where there is a name', async () => {
      expect(await send()).toMatchObject({ kind: 'delivered' })
      expect(bench.end.happened).toHaveLength(1)
      expect(bench.end.asked).toHaveLength(1)
    })

    it.each(STATUSES)(
      'P6: takes %i for what it is: to be tried again, never delivered, never given up',
      async (status) => {
        bench.end.be({ status, headers: { 'content-type': 'text/html' }, body: '<html>no</html>' })
        expectHonest(await send(), String(status))
        expect(bench.end.happened).toEqual([])
      },
    )

    it('waits as long as it is told to', async () => {
      bench.end.be({ status: 429, headers: { 'retry-after': '7' } })
      const result = await send()
      expect(result).toMatchObject({ kind: 'retry' })
      expect(result.kind === 'retry' ? result.afterMs : 0).toBeGreaterThanOrEqual(7_000)
    })

    it('P5: calls a lost reply unknown: it may have happened', async () => {
      bench.end.be('lost')
      expect(await send()).toMatchObject({ kind: 'unknown' })
      expect(bench.end.happened).toHaveLength(1)
    })

    it('P3, P15: after a lost reply it looks first, or repeats under the same identity', async () => {
      bench.end.be('lost')
      await send()
      bench.end.be('fine')
      const again = { ...bench.row, mayHaveHappened: true, attempts: 1, firstTriedAt: bench.desk.clock.now() }
      expect(await send(again)).toMatchObject({ kind: 'delivered' })
      const made = bench.end.happened.filter(bench.isNew ?? (() => true))
      if (bench.repeats === 'looks') expect(made).toHaveLength(1)
      const identities = made.map(bench.identityOf)
      expect(new Set(identities).size).toBe(1)
      expect(identities[0]).toMatch(/.{1,}/)
    })

    it('has nobody to talk to: says so, and may try again', async () => {
      await bench.end.close()
      try {
        expectHonest(await send(), 'nobody listens')
      } finally {
        await bench.end.listen()
      }
    })

    it.each([400, 403, 500])(
      'P12: a reply of %i that repeats our own request brings no secret into reason or log',
      async (status) => {
        bench.end.be({ echo: status })
        expectHonest(await send(), String(status))
        expect(bench.end.asked.length).toBeGreaterThan(0)
      },
    )

    it('does not take a login page for a success', async () => {
      bench.end.be({ echo: 200 })
      const result = await send()
      if (bench.readsReplies) expectHonest(result, 'a login page')
      else expect(result.kind).toBe('delivered')
    })

    it('withdraws what belongs to no incident any more', async () => {
      const gone = {
        ...bench.row,
        subject: 'inc_gone',
        payload: { ...bench.row.payload, incidentId: 'inc_gone' },
      }
      const claimed = await claim(gone)
      expect('withdraw' in claimed).toBe(bench.needsIncident)
    })

    it('P5: looks at the incident again when it claims: a resolved one is shown as it is, and calls nobody', async () => {
      await bench.desk.store.transaction(async (tx) => {
        const incident = await lockIncident(tx, bench.row.subject)
        await resolveLocked(tx, bench.desk.deps, incident!, SYSTEM, 'person', bench.desk.clock.now())
      })
      const claimed = await claim(bench.row)
      expect('send' in claimed ? 'sent' : 'withdrawn').toBe(bench.whenResolved)
      if ('withdraw' in claimed) expect(claimed.withdraw).toMatch(/\w{3,}/)
    })
  })
}
