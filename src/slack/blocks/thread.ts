// What hangs in a card's thread: findings with all their evidence, what actions did, who is called. Pure.
import { shortCommit } from '../../alerts/deploy-marker.ts'
import type { ThreadEntry } from '../../flow/thread.ts'
import type { Actor } from '../../incidents/model.ts'
import { spokenParams } from '../../remediation/inputs.ts'
import type { Params } from '../../runbooks/model.ts'
import { label, taken } from './card-actions.ts'
import { captureMessage } from './thread-capture.ts'
import { findingsMessage } from './thread-findings.ts'
import type { ThreadMessage } from './thread-message.ts'
import { actorName, inline, leaf, link, mrkdwn, when } from './text.ts'

export function threadMessage(entry: ThreadEntry): ThreadMessage {
  switch (entry.type) {
    case 'findings':
      return findingsMessage(entry.findings, entry.keptOut === true)
    case 'mention': {
      const people = entry.people
        .filter((id) => /^[USW][A-Z0-9]+$/.test(id))
        .map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`))
      const minutes = `${entry.minutes} ${entry.minutes === 1 ? 'minute' : 'minutes'}`
      const what =
        entry.while === 'unresolved'
          ? `this is not resolved after ${minutes}`
          : `nobody has acknowledged this for ${minutes}`
      const text = `${people.slice(0, 20).join(' ')} ${what}.`
      return { text, blocks: [{ type: 'section', text: mrkdwn(text) }] }
    }
    case 'action': {
      const how = outcomeOf(entry)
      return one(
        `*${label(entry.action)}* ${inline(entry.target, 100)}: ${how}. ${inline(entry.detail, 400)} Asked by ${actorName(entry.by)}${asked(entry.params)}.`,
      )
    }
    case 'verified': {
      const how = entry.verified === 'verified' ? 'Verified' : 'Not confirmed'
      return one(
        `*${how}*: ${label(entry.action)} ${inline(entry.target, 100)}. ${inline(entry.detail, 400)}`,
      )
    }
    case 'deployed':
      return one(deployedLine(entry))
    case 'recovered': {
      const at = entry.endedAt === null ? '' : ` at ${when(new Date(entry.endedAt))}`
      const same = entry.judgedBy == null ? '' : ` (${inline(entry.judgedBy, 100)})`
      const what = entry.own
        ? `Run ${inline(entry.run, 100)} succeeded in the end${at}`
        : `A later run of ${inline(entry.job ?? 'the job', 100)} succeeded${at}: ${link(entry.run, entry.link)}${same}`
      const held = entry.heldBy === null ? '' : ` ${actorName(entry.heldBy)} had acknowledged this.`
      return one(`*Resolved*. ${what}.${held}`)
    }
    case 'capture':
      return captureMessage(entry)
    case 'note':
      return noteMessage(entry.text, entry.by)
    case 'runbook_updated':
      return one(
        `${actorName(entry.by)} went over to the newer text of runbook *${inline(entry.runbook, 80)}*.${entry.again ? ' Spark is looked into again by it; buttons of the former text are withdrawn.' : ''}`,
      )
    case 'runbook_switched':
      return one(
        `Runbook: now *${inline(entry.to, 80)}*, was ${entry.from === null ? 'none' : `*${inline(entry.from, 80)}*`}, because ${reasons(entry.because)}.`,
      )
  }
}

function outcomeOf({ action, state }: Extract<ThreadEntry, { type: 'action' }>): string {
  if (state === 'unknown') return 'ended without an answer: it may have happened'
  return state === 'succeeded' && taken(action) === 'accepted' ? 'accepted' : state
}

const DEPLOYED = { deploy: 'Deployed', rollback: 'Rolled back', config: 'Configuration changed' } as const

function deployedLine(entry: Extract<ThreadEntry, { type: 'deployed' }>): string {
  const parts = [
    entry.summary,
    entry.version === null ? null : `version ${entry.version}`,
    entry.image === null ? null : `image ${entry.image}`,
    entry.commit === null ? null : `commit ${shortCommit(entry.commit)}`,
    entry.by === null ? null : `by ${entry.by}`,
  ].flatMap((part) => (part === null ? [] : [inline(part, 200)]))
  const page = entry.url === null ? '' : ` ${link('open', entry.url)}`
  const count = entry.count ?? 1
  const many = count > 1 ? `${count} deploys, newest: ` : ''
  return `${many}*${DEPLOYED[entry.what]}* at ${when(new Date(entry.at))}: ${parts.join(', ')}.${page}`
}

/** What was found decides a switch, so it is told before what the alert said from the beginning. */
function reasons(because: Extract<ThreadEntry, { type: 'runbook_switched' }>['because']): string {
  const found = because.filter(({ text }) => /^\s*[\w-]+\.[\w-]/.test(text))
  const told = (found.length > 0 ? found : because)
    .slice(0, 4)
    .map(
      ({ text, actual }) =>
        `${inline(text.split(/[=!]/)[0]?.trim() ?? '', 100)} is ${inline(actual ?? '', 100)}`,
    )
  return told.length === 0 ? 'the alert names it' : told.join(' and ')
}

/** A person's own words, as they are: leaves of rich text call nobody and link nowhere. */
function noteMessage(words: string, by: Actor): ThreadMessage {
  return {
    text: `Note by ${actorName(by)}: ${inline(words, 200)}`,
    blocks: [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: leaf(words, 2_000) }] }],
      },
      { type: 'context', elements: [mrkdwn(`Noted by ${actorName(by)}`)] },
    ],
  }
}

/** ` with reason="disk full"`; nothing without parameters. */
function asked(params: Params | undefined): string {
  const spoken = spokenParams(params ?? {})
  return spoken === '' ? '' : ` with ${inline(spoken, 500)}`
}

function one(text: string): ThreadMessage {
  return { text, blocks: [{ type: 'section', text: mrkdwn(text) }] }
}
