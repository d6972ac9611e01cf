// Asking for the card: its desired version is the incident's own, so edits fold by themselves.
import type { Incident } from '../incidents/model.ts'
import { requestLevels } from '../store/outbox.ts'
import type { Tx } from '../store/store.ts'
import { DESTINATIONS, PRIORITY } from './destinations.ts'

/**
 * Asks that the cards of these incidents show at least the versions they have now. What alerts alone change may wait
 * for the card's spacing; what people and the ladder do shows at once.
 */
export async function requestCards(
  tx: Tx,
  incidents: readonly Incident[],
  now: Date,
  options: { mayWait?: boolean } = {},
): Promise<void> {
  await requestLevels(
    tx,
    incidents.map((incident) => ({
      destination: DESTINATIONS.card,
      subject: incident.id,
      version: incident.version,
      priority: PRIORITY.firstCard,
      editPriority: options.mayWait === true ? PRIORITY.edit : PRIORITY.press,
      urgent: options.mayWait !== true,
      now,
    })),
  )
}
