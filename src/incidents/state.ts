// The state machine of an incident: what each command does in each state, and why it does nothing. Pure.
import type { Incident, IncidentState } from './model.ts'

export type Command = 'acknowledge' | 'resolve'

export type Transition =
  | { readonly kind: 'moved'; readonly to: IncidentState }
  | { readonly kind: 'already'; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string }

/** What `command` does to an incident in its present state. */
export function decide(
  incident: Pick<Incident, 'state' | 'number' | 'acknowledgedBy' | 'resolvedBy'>,
  command: Command,
): Transition {
  const by = (actor: { name: string } | null): string => (actor === null ? '' : ` by ${actor.name}`)
  switch (incident.state) {
    case 'triggered':
      return { kind: 'moved', to: command === 'acknowledge' ? 'acknowledged' : 'resolved' }
    case 'acknowledged':
      if (command === 'resolve') return { kind: 'moved', to: 'resolved' }
      return {
        kind: 'already',
        sentence: `Incident #${incident.number} is already acknowledged${by(incident.acknowledgedBy)}.`,
      }
    case 'resolved': {
      const sentence = `Incident #${incident.number} was resolved${by(incident.resolvedBy)}.`
      return command === 'resolve'
        ? { kind: 'already', sentence }
        : { kind: 'refused', sentence: `${sentence} There is nothing left to acknowledge.` }
    }
  }
}
