// From a Markdown file to a runbook: front matter, sections, steps, or the problems with their places.
import { createHash } from 'node:crypto'
import type { Nodes, Root } from 'mdast'
import { readEntries } from './blocks.ts'
import { normaliseText, outOfBounds } from './bounds.ts'
import { parseMarkdown } from './markdown.ts'
import type { Problem, Runbook } from './model.ts'
import { KINDS, kindOf, readBody } from './parse-body.ts'
import { FRONT_MATTER_KEYS, frontMatterSchema } from './schema.ts'
import { readBlock } from './yaml-block.ts'

/** `runbook` is null exactly if `problems` holds an error. */
export interface ParseResult {
  readonly runbook: Runbook | null
  readonly problems: readonly Problem[]
}

/** Fenced blocks that look executable but stand inside a list or a quote, where nobody would run them. */
function buriedBlocks(node: Nodes, depth = 0): { line: number; column: number; kind: string }[] {
  if (node.type === 'code') {
    const start = node.position?.start ?? { line: 1, column: 1 }
    const kind = depth > 1 ? kindOf(node.lang, node.meta) : null
    return kind === null ? [] : [{ line: start.line, column: start.column, kind }]
  }
  return 'children' in node ? node.children.flatMap((child) => buriedBlocks(child, depth + 1)) : []
}

/**
 * Reads one runbook. `raw` is the file's text, `file` how messages name it. Never throws: whatever is wrong becomes a
 * problem with line, column and mend.
 */
export function parseRunbook(raw: string, file: string): ParseResult {
  const text = normaliseText(raw)
  const complain = (line: number, code: string, message: string, mend: string): Problem => ({
    file,
    line,
    column: 1,
    level: 'error',
    code,
    message,
    mend,
  })
  const broken = outOfBounds(text)
  if (broken !== null)
    return { runbook: null, problems: [complain(broken.line, 'bounds', broken.message, broken.mend)] }
  let root: Root
  let buried: ReturnType<typeof buriedBlocks>
  try {
    root = parseMarkdown(text)
    buried = buriedBlocks(root)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const deep = complain(1, 'bounds', 'the Markdown is nested too deeply', 'Nest less deeply.')
    return { runbook: null, problems: [deep] }
  }
  const problems = buried
    .filter(({ kind }) => KINDS.some((known) => known === kind))
    .map(({ line, column, kind }) => ({
      ...complain(
        line,
        'buried',
        `a ${kind} block inside a list or a quote is not run`,
        'Move it to the left margin.',
      ),
      column,
    }))
  const first = root.children[0]
  if (first?.type !== 'yaml') {
    if (/^---[ \t]*\n/.test(text)) {
      const open = complain(
        1,
        'front-matter',
        'the front matter is never closed',
        'End it with a line of ---.',
      )
      return { runbook: null, problems: [open] }
    }
    const mend = 'Begin the file with a line of ---, the keys (id, title, owner, match), and a line of ---.'
    return { runbook: null, problems: [complain(1, 'front-matter', 'there is no front matter', mend)] }
  }
  const head = readBlock(
    { file, kind: 'front matter', text: first.value, firstLine: (first.position?.start.line ?? 1) + 1 },
    frontMatterSchema,
    FRONT_MATTER_KEYS,
  )
  problems.push(...head.problems)
  const body = readBody(root.children.slice(1), { text, file, complain })
  problems.push(...body.problems)
  if (head.value === null) return { runbook: null, problems }
  const front = head.value
  const match = readEntries(head, front.match, ['match'])
  problems.push(...match.problems)
  if (front.catch_all && front.match.length > 0)
    problems.push(
      head.problemAt(
        ['match'],
        'catch-all',
        'a catch-all has no match',
        'Remove match, or remove catch_all.',
      ),
    )
  if (!front.catch_all && front.match.length === 0)
    problems.push(
      head.problemAt(
        [],
        'no-match',
        'nothing says when this applies',
        'Give match: a list of matchers such as alertname="SparkJobFailed"; or catch_all: true.',
      ),
    )
  if (problems.length > 0) return { runbook: null, problems }
  const runbook: Runbook = {
    id: front.id,
    title: front.title,
    owner: front.owner,
    severity: front.severity ?? null,
    priority: front.priority,
    match: match.value ?? [],
    catchAll: front.catch_all,
    general: front.general,
    escalation: front.escalation ?? null,
    keyLabels: front.key,
    autoResolve: front.auto_resolve,
    verified: front.verified ?? null,
    hash: createHash('sha256').update(text).digest('hex'),
    file,
    text,
    intro: body.intro,
    sections: body.sections,
  }
  return { runbook, problems }
}
