// What concerns one runbook's file alone: its name, its prose, its words for severity, characters nobody sees.
import path from 'node:path'
import { SEVERITIES } from '../../alerts/model.ts'
import { actionsOf, probesOf, type Problem, type Runbook } from '../model.ts'
import { placesIn } from './places.ts'
import { collect } from './report.ts'

const TOP = { line: 1, column: 1 }

/** File name, prose, severity words. */
export function checkForm(runbook: Runbook): Problem[] {
  const { file, id, sections } = runbook
  const places = placesIn(runbook)
  return collect(file, (say) => {
    if (path.parse(file).name !== id)
      say(
        'file-name',
        places.front(['id']),
        `the file is not named after its id "${id}"`,
        `Rename it to ${id}.md.`,
      )
    if (sections.length === 0)
      say('no-sections', TOP, 'there is no section', 'Say what to look at and what to do.')
    else if (runbook.intro.trim() === '')
      say('no-intro', TOP, 'nothing is said before the first section', 'Say what it means and who is hurt.')
    for (const section of sections)
      if (section.actions.length > 0 && section.prose.trim() === '')
        say(
          'no-prose',
          { line: section.line, column: 1 },
          `"${section.heading}" offers an action and says nothing about it`,
          'Say what it does and what it may cost.',
        )
    for (const entry of [...runbook.match, ...sections.flatMap((section) => section.when ?? [])])
      for (const matcher of entry.matchers) {
        const { name, op, value, text } = matcher
        const isWord = op === '=' || op === '!='
        const known = isWord
          ? SEVERITIES.some((word) => word === value)
          : op === '!~' || SEVERITIES.some((word) => matcher.holds(word))
        if (name === 'severity' && !known)
          say(
            'severity-word',
            places.entry(entry, matcher),
            isWord ? `severity is never "${value}"` : `severity never satisfies ${text}`,
            `It is one of ours, whatever the label says: ${SEVERITIES.join(', ')}.`,
          )
      }
  })
}

/**
 * Controls, invisible fillers, and what embeds, overrides or isolates a direction of text (CVE-2021-42574). Joiners and
 * the marks U+200E and U+200F belong to ordinary text in some scripts.
 */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u115F\u1160\u180E\u200B\u202A-\u202E\u2060-\u2069\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u

/** Characters that make a title, a matcher or a block look other than it is. Prose is left to its writer. */
export function checkInvisible(runbook: Runbook): Problem[] {
  // The whole file in one look: hardly any has one.
  if (!INVISIBLE.test(runbook.text)) return []
  const lines = runbook.text.split('\n')
  const steps = new Set([...probesOf(runbook), ...actionsOf(runbook)].map(({ line }) => line))
  const headings = new Set(runbook.sections.map(({ line }) => line))
  const frontEnds = lines.findIndex((line, i) => i > 0 && line.trimEnd() === '---')
  let fence: string | null = null
  return collect(runbook.file, (say) => {
    for (const [i, line] of lines.entries()) {
      const opened = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
      const isBlock: boolean = fence !== null
      if (fence !== null && opened?.[1]?.startsWith(fence) === true && opened[2]?.trim() === '') fence = null
      else if (fence === null && opened !== null && (steps.has(i + 1) || /\bwhen\s*$/.test(opened[2] ?? '')))
        fence = opened[1] ?? '```'
      const found = INVISIBLE.exec(line)
      if (found === null || !(i <= frontEnds || headings.has(i + 1) || isBlock || /^#\s/.test(line))) continue
      const point = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      say(
        'invisible',
        { line: i + 1, column: found.index + 1 },
        `there is a character that nobody sees, U+${point}`,
        'Remove it; what is read must be what is there.',
      )
    }
  })
}

const DAY_MS = 86_400_000

/** When somebody last held it against reality. */
export function checkVerified(runbook: Runbook, limitDays: number, now: Date): Problem[] {
  const { verified } = runbook
  return collect(runbook.file, (say) => {
    if (verified === null)
      return say(
        'unverified',
        { line: 2, column: 1 },
        'nothing says when somebody last held this against reality',
        'Do so, and give the day: verified: 2026-11-01.',
      )
    const days = Math.floor((now.getTime() - Date.parse(verified)) / DAY_MS)
    const at = placesIn(runbook).front(['verified'])
    // A day ahead of ours is today somewhere.
    if (days < -1)
      say('verified-future', at, `${verified} has not come yet`, 'Give the day on which it was checked.')
    else if (days > limitDays)
      say(
        'verified-age',
        at,
        `last held against reality ${days} days ago, more than ${limitDays}`,
        'Go through it, and give the day of that.',
      )
  })
}
