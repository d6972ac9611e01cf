// `/spark runbook <verb>`: what there is to ask about runbooks; a file per verb in `runbook/`.
import { nearest } from '../../../runbooks/nearest.ts'
import { inline } from '../../blocks/text.ts'
import type { Call, Reply, Verb } from '../verb.ts'
import { draft } from './runbook/draft.ts'
import { stats } from './runbook/stats.ts'

/** Verbs after `/spark runbook`, in the order of the help. Their `usage` begins with `runbook`. */
export const RUNBOOK_VERBS: readonly Verb[] = [stats, draft]

export const runbook: Verb = {
  name: 'runbook',
  usage: 'runbook <verb>',
  does: 'which runbooks help, and more: `/spark runbook` lists the verbs',
  async run(call: Call): Promise<Reply> {
    const [typed = ''] = call.rest.split(/\s+/)
    const verb = RUNBOOK_VERBS.find(({ name }) => name === typed.toLowerCase())
    if (verb !== undefined) return await verb.run({ ...call, rest: call.rest.slice(typed.length).trim() })
    return { text: [...(typed === '' ? [] : [unknown(typed)]), ...lines()].join('\n') }
  },
}

function unknown(typed: string): string {
  const close = nearest(
    typed.toLowerCase(),
    RUNBOOK_VERBS.map(({ name }) => name),
  )
  return `\`${inline(typed, 40)}\` is not something I know of runbooks${close === null ? '' : `; did you mean \`/spark runbook ${close}\`?`}`
}

function lines(): string[] {
  return RUNBOOK_VERBS.map(
    ({ usage, does }) => `\`/spark ${usage.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\` – ${does}`,
  )
}
