// `/spark`: one command, verbs; an unknown verb is answered with help and the nearest right one.
import type { App } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { reasonOf } from '../../errors.ts'
import { readCard } from '../../flow/card.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { type Person, type Pressed, acknowledge, incidentByReference, resolve } from '../../flow/press.ts'
import { type Incident, nameOf } from '../../incidents/model.ts'
import { listIncidents } from '../../incidents/repository.ts'
import { nearest } from '../../runbooks/nearest.ts'
import { cardMessage } from '../blocks/card.ts'
import { inline, mrkdwn, when } from '../blocks/text.ts'
import { FAILED, personOf } from '../person.ts'

interface Reply {
  readonly text: string
  readonly blocks?: KnownBlock[]
}

type Verb = (deps: FlowDeps, rest: string, person: Person) => Promise<Reply>

const VERBS: Readonly<Record<string, { usage: string; does: string; run: Verb }>> = {
  list: {
    usage: 'list [all]',
    does: 'open incidents, newest first; `all` shows resolved ones too',
    run: list,
  },
  show: { usage: 'show <number>', does: 'one incident, as its card stands', run: show },
  ack: {
    usage: 'ack <number>',
    does: 'acknowledge: stops the paging',
    run: (deps, rest, person) => press(deps, rest, person, acknowledge, 'ack'),
  },
  resolve: {
    usage: 'resolve <number>',
    does: 'resolve: PagerDuty is told',
    run: (deps, rest, person) => press(deps, rest, person, resolve, 'resolve'),
  },
  help: { usage: 'help', does: 'this list', run: () => Promise.resolve({ text: help() }) },
}

const LISTED = 15

export function registerCommand(app: App, deps: FlowDeps): void {
  app.command('/spark', async ({ ack, command, respond }) => {
    // Slack waits three seconds; the answer follows by the response URL.
    await ack()
    const [verb = '', ...words] = command.text.trim().split(/\s+/)
    const person = personOf({ id: command.user_id, name: command.user_name })
    const name = verb === '' ? 'help' : verb.toLowerCase()
    // Only our own: `constructor` is a word that somebody may type.
    const known = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
    const reply =
      known === undefined ? { text: unknown(verb) } : await answer(deps, known.run, words.join(' '), person)
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: reply.text,
      ...(reply.blocks === undefined ? {} : { blocks: reply.blocks }),
    })
  })
}

/** A failure of ours is said to the person as well: silence would leave them waiting at 03:00. */
async function answer(deps: FlowDeps, run: Verb, rest: string, person: Person): Promise<Reply> {
  try {
    return await run(deps, rest, person)
  } catch (error) {
    deps.logger.error({ reason: reasonOf(error) }, 'a command failed')
    return { text: FAILED }
  }
}

async function list(deps: FlowDeps, rest: string): Promise<Reply> {
  const states = rest === 'all' ? null : (['triggered', 'acknowledged'] as const)
  const incidents = await deps.store.transaction((tx) =>
    listIncidents(tx, { teams: null, states, limit: LISTED + 1, before: null }),
  )
  if (incidents.length === 0)
    return { text: rest === 'all' ? 'There has been no incident yet.' : 'No incident is open.' }
  const lines = incidents.slice(0, LISTED).map(line)
  if (incidents.length > LISTED) lines.push('…and older ones: `arrestor incident list` has all.')
  return { text: lines.join('\n'), blocks: [{ type: 'section', text: mrkdwn(lines.join('\n')) }] }
}

function line(incident: Incident): string {
  const by =
    incident.state === 'acknowledged' && incident.acknowledgedBy !== null
      ? ` by ${inline(nameOf(incident.acknowledgedBy), 40)}`
      : ''
  return `*#${incident.number}* ${inline(incident.title, 100)} · ${incident.state}${by} · ${incident.severity} · ${inline(incident.team, 40)} · ${when(incident.openedAt, 'day')}`
}

async function show(deps: FlowDeps, rest: string): Promise<Reply> {
  const incident = await incidentByReference(deps, rest)
  const card =
    incident === null ? null : await deps.store.transaction((tx) => readCard(tx, deps, incident.id))
  if (card === null) return { text: missing('show', rest) }
  const message = cardMessage(card)
  // A copy of the card carries no buttons: a press counts only on the card itself.
  return { text: message.text, blocks: message.blocks.filter((block) => block.type !== 'actions') }
}

async function press(
  deps: FlowDeps,
  rest: string,
  person: Person,
  what: (deps: FlowDeps, id: string, person: Person, origin: null) => Promise<Pressed>,
  verb: string,
): Promise<Reply> {
  const incident = await incidentByReference(deps, rest)
  if (incident === null) return { text: missing(verb, rest) }
  const pressed = await what(deps, incident.id, person, null)
  return { text: inline(pressed.sentence, 500) }
}

function missing(verb: string, reference: string): string {
  return reference.trim() === ''
    ? `Which incident? For example \`/spark ${verb} 42\`; \`/spark list\` shows the open ones.`
    : `There is no incident ${inline(reference, 60)}. \`/spark list\` shows the open ones.`
}

function unknown(verb: string): string {
  const close = nearest(verb.toLowerCase(), Object.keys(VERBS))
  return `\`${inline(verb, 40).replaceAll('`', "'")}\` is not a verb I know${close === null ? '' : `; did you mean \`/spark ${close}\`?`}\n${help()}`
}

function help(): string {
  return Object.values(VERBS)
    .map(({ usage, does }) => `\`/spark ${usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\` – ${does}`)
    .join('\n')
}
