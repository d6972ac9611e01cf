// Slack is told "taken" when something is, so that what dies with us is seen to have failed; what is slow is told in time.
import { setTimeout as delay } from 'node:timers/promises'

/** Slack gives up after three seconds. */
const ACK_WITHIN_MS = 2_000

/** Acknowledges once the work is done, at the latest after two seconds, and waits for the work. It must not throw. */
export async function ackInTime<T>(work: Promise<T>, ack: () => Promise<unknown>): Promise<T> {
  await Promise.race([work, delay(ACK_WITHIN_MS, undefined, { ref: false })])
  await ack()
  return await work
}
