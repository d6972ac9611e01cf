// What is kept, and for how long: incidents, timelines and audit stay; what only served delivery is swept once a day.
import type { Schedule } from './schedules.ts'

const DAY_MS = 86_400_000
/** PagerDuty retries webhooks for two days and people look back a week: what was delivered before that tells nobody anything. */
const DELIVERED_DAYS = 14
/** Raw bodies may quote customers; long enough to find out why a sender was misunderstood. */
const RAW_DAYS = 30
/** A job that runs once a quarter is compared with its last good run, too. */
const DEPLOYED_DAYS = 100

/** Sweeps delivered ordered rows, raw bodies, old deploy markers and old slots. Cards' level rows stay: they hold where the card is. */
export const RETENTION: Schedule = {
  name: 'retention',
  cron: '17 3 * * *',
  slotMs: DAY_MS,
  async run(tx, _deps, now) {
    const before = (days: number): Date => new Date(now.getTime() - days * DAY_MS)
    await tx
      .deleteFrom('outbox')
      .where('mode', '=', 'ordered')
      .where('state', 'in', ['done', 'withdrawn', 'dead'])
      .where('done_at', '<', before(DELIVERED_DAYS))
      .execute()
    await tx.deleteFrom('raw_bodies').where('received_at', '<', before(RAW_DAYS)).execute()
    await tx.deleteFrom('deployments').where('received_at', '<', before(DEPLOYED_DAYS)).execute()
    await tx.deleteFrom('schedule_slots').where('taken_at', '<', before(RAW_DAYS)).execute()
  },
}
