// What one verb of `/spark` is: how it is typed, what it does, what it answers.
import type { AllMiddlewareArgs } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type { FlowDeps } from '../../flow/deps.ts'
import { incidentByReference, type Person } from '../../flow/press.ts'
import type { Incident } from '../../incidents/model.ts'
import { inline } from '../blocks/text.ts'

export interface Reply {
  readonly text: string
  readonly blocks?: KnownBlock[]
}

export interface Call {
  readonly deps: FlowDeps
  /** What was typed after the verb, trimmed. */
  readonly rest: string
  readonly person: Person
  /** Where it was typed; files and threads go by it. */
  readonly channel: string
  readonly client: AllMiddlewareArgs['client']
}

export interface Verb {
  readonly name: string
  /** As it is typed after `/spark`, for example `show <number>`. */
  readonly usage: string
  /** For the help, from a lower-case verb on. */
  readonly does: string
  /** Whether it keeps something: Slack is told "taken" once that is done. What only reads is acknowledged at once. */
  readonly changes?: true
  /** Answers the person alone. Throws for faults of ours; what they got wrong is an answer. */
  run(call: Call): Promise<Reply>
}

/** The incident that somebody named, or the sentence that says there is none. */
export async function incidentNamed(
  { deps }: Call,
  reference: string,
  usage: string,
): Promise<{ incident: Incident } | { reply: Reply }> {
  const incident = await incidentByReference(deps, reference)
  return incident === null ? { reply: { text: missing(usage, reference) } } : { incident }
}

/** Nothing, or nothing known, was named: `usage` is the verb as typed, without the number. */
export function missing(usage: string, reference: string): string {
  return reference.trim() === ''
    ? `Which incident? For example \`/spark ${usage} 42\`; \`/spark list\` shows the open ones.`
    : `There is no incident ${inline(reference, 60)}. \`/spark list\` shows the open ones.`
}
