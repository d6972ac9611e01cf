// What the tests of this room share: a catalogue as the registries give it, and short ways to runbooks and alerts.
import type { Alert } from '../../src/alerts/model.ts'
import type { Catalogue } from '../../src/runbooks/catalogue.ts'
import type { Runbook } from '../../src/runbooks/model.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import { alertFrom } from '../../src/runbooks/test-file.ts'

const outputs = (...names: string[]): { outputs: Record<string, string> } => ({
  outputs: Object.fromEntries(names.map((name) => [name, `what ${name} means`])),
})

export const CATALOGUE: Catalogue = {
  probes: new Map([
    ['spark.application', outputs('app_id', 'state', 'name')],
    ['spark.executor-deaths', outputs('signature', 'count', 'executors_lost', 'suggested_mib')],
    ['spark.failed-stages', outputs('count')],
    ['spark.skew', outputs('ratio')],
    ['spark.cluster', outputs('alive_workers', 'waiting_applications')],
  ]),
  actions: new Map([['spark.kill-application', { needs: 'application.kill' }]]),
}

/** A small runbook; `front` goes into its front matter, `body` below it. */
export function source(front: string, body = 'Prose.\n\n## Look\n\nHere.\n'): string {
  return `---\n${front}\n---\n\n# Title\n\n${body}`
}

/** Parses what must be parseable. */
export function runbook(id: string, front: string, body?: string): Runbook {
  const parsed = parseRunbook(source(`id: ${id}\ntitle: ${id}\nowner: us\n${front}`, body), `${id}.md`)
  if (parsed.runbook === null) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.runbook
}

/** A runbook with these entries. */
export function matching(id: string, entries: readonly string[], front = ''): Runbook {
  return runbook(id, `match:\n${entries.map((entry) => `  - ${JSON.stringify(entry)}`).join('\n')}\n${front}`)
}

export function alert(labels: Record<string, string>, annotations: Record<string, string> = {}): Alert {
  return alertFrom({ labels, annotations }, (name) => name)
}
