// Prometheus rules files: the alerts they define, with the labels known before anything fires.
import { type Document, LineCounter, isMap, isNode, isSeq, parseAllDocuments } from 'yaml'
import * as z from 'zod'
import type { Problem } from './model.ts'

/** Larger ones are not written by people. */
export const MAX_RULES_BYTES = 10_000_000
const MAX_DOCUMENTS = 1_000

/** One alerting rule, whose labels and annotations may hold templates (`{{ $labels.pod }}`). */
export interface AlertRule {
  readonly alert: string
  readonly group: string
  /** Group labels and rule labels together, as Prometheus puts them on the alert. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly file: string
  /** From 1. */
  readonly line: number
}

export interface ReadRules {
  readonly rules: readonly AlertRule[]
  readonly problems: readonly Problem[]
}

const words = z.record(z.string(), z.string())
const groupsSchema = z.array(
  z.object({
    name: z.string().default(''),
    labels: words.default({}),
    rules: z
      .array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          labels: words.default({}),
          annotations: words.default({}),
        }),
      )
      .default([]),
  }),
)

type Path = readonly (string | number)[]

/**
 * The alerting rules of a file as Prometheus reads it (`groups`), of PrometheusRule objects of Kubernetes, and of lists
 * of them; recording rules and other objects are passed over. Never throws for what the file holds.
 */
export function readRules(text: string, file: string): ReadRules {
  const lines = new LineCounter()
  const problem = (offset: number, message: string, mend: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      level: 'error',
      code: 'rules',
      message,
      mend,
    }
  }
  const HOW = 'Name a rules file as promtool takes it, or a PrometheusRule object.'
  if (text.length > MAX_RULES_BYTES)
    return { rules: [], problems: [problem(0, `the file has more than ${MAX_RULES_BYTES} bytes`, HOW)] }
  const rules: AlertRule[] = []
  const problems: Problem[] = []
  let found = false
  // All scalars are text, as Prometheus reads them: `code: 500` is the label value "500".
  for (const document of documentsOf(text, lines)) {
    const [error] = document.errors
    if (error !== undefined) {
      problems.push(problem(error.pos[0], error.message.split('\n')[0] ?? 'no YAML', 'Mend the YAML.'))
      continue
    }
    for (const path of groupPaths(document)) {
      found = true
      const data = dataAt(document, path)
      const read = data instanceof Error ? null : groupsSchema.safeParse(data)
      if (read === null || !read.success) {
        const issue = read?.error.issues[0]
        const at = [...path, ...(issue?.path ?? [])].map((step) =>
          typeof step === 'number' ? step : String(step),
        )
        const said = issue === undefined ? String(data) : `${issue.path.join('.')}: ${issue.message}`
        problems.push(problem(offsetAt(document, at), said, HOW))
        continue
      }
      for (const [i, group] of read.data.entries())
        for (const [j, rule] of group.rules.entries())
          if (rule.alert === undefined && rule.record === undefined)
            // A slip in `alert` would make a gap look like a file without alerts.
            problems.push(
              problem(
                offsetAt(document, [...path, i, 'rules', j]),
                'the rule is neither an alert nor a recording rule',
                'Give it `alert` or `record`, as Prometheus asks.',
              ),
            )
          else if (rule.alert !== undefined)
            rules.push({
              alert: rule.alert,
              group: group.name,
              labels: { ...group.labels, ...rule.labels },
              annotations: rule.annotations,
              file,
              line: lines.linePos(offsetAt(document, [...path, i, 'rules', j])).line,
            })
    }
  }
  if (!found && problems.length === 0) problems.push(problem(0, 'it holds no groups of rules', HOW))
  return { rules, problems }
}

function documentsOf(text: string, lines: LineCounter): Document.Parsed[] {
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent', schema: 'failsafe' } as const
  const documents = parseAllDocuments(text, options)
  return 'empty' in documents ? [] : documents.slice(0, MAX_DOCUMENTS)
}

/** Where `groups` stand: at the top, in `spec` of a PrometheusRule, or in those among `items`. */
function groupPaths(document: Document.Parsed): Path[] {
  if (isSeq(document.getIn(['groups'], true))) return [['groups']]
  const ofObject = (base: Path): Path[] =>
    document.getIn([...base, 'kind']) === 'PrometheusRule' &&
    isSeq(document.getIn([...base, 'spec', 'groups'], true))
      ? [[...base, 'spec', 'groups']]
      : []
  const items = isMap(document.contents) ? document.get('items', true) : null
  return isSeq(items) ? items.items.flatMap((_, i) => ofObject(['items', i])) : ofObject([])
}

/** Plain data of a node; an Error for aliases that swell. */
function dataAt(document: Document.Parsed, path: Path): unknown {
  try {
    const node: unknown = document.getIn(path, true)
    return isNode(node) ? node.toJS(document, { maxAliasCount: 100 }) : null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function offsetAt(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}
