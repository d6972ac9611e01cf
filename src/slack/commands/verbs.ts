// Every verb of `/spark`, in the order of the help.
import type { Verb } from './verb.ts'
import { doctor } from './verbs/doctor.ts'
import { list } from './verbs/list.ts'
import { note } from './verbs/note.ts'
import { ack, resolveVerb } from './verbs/press.ts'
import { runbook } from './verbs/runbook.ts'
import { show } from './verbs/show.ts'

const help: Verb = {
  name: 'help',
  usage: 'help',
  does: 'this list',
  run: () => Promise.resolve({ text: helpText() }),
}

export const VERBS: readonly Verb[] = [list, show, ack, resolveVerb, note, runbook, doctor, help]

/** All verbs, a line each. */
export function helpText(): string {
  return VERBS.map(
    ({ usage, does }) => `\`/spark ${usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\` – ${does}`,
  ).join('\n')
}
