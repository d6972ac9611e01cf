// A piece of YAML inside a Markdown file: parsed within bounds, checked by zod, complaints with their place.
import { CST, type Document, Lexer, LineCounter, isMap, isNode, parseDocument } from 'yaml'
import type * as z from 'zod'
import type { Problem } from './model.ts'
import { keysAt } from './keys-at.ts'
import { distance, nearest, suggestion } from './nearest.ts'

/** Aliases are of little use in a block this small, and a bomb is made of them. */
const MAX_ALIASES = 10

export interface BlockSource {
  readonly file: string
  /** `front matter`, `probe`, `action`, `when`, `test file`. */
  readonly kind: string
  readonly text: string
  /** Line in the file of the first line of `text`, from 1. */
  readonly firstLine: number
}

export interface Block<T> {
  readonly value: T | null
  readonly problems: readonly Problem[]
  /** A problem at the node that a path leads to, `within` characters into its text; at the block's start where there is none. */
  problemAt(
    path: readonly PropertyKey[],
    code: string,
    message: string,
    mend: string,
    within?: number,
  ): Problem
  lineAt(path: readonly PropertyKey[]): number
}

interface Parsed {
  readonly document: Document.Parsed | null
  readonly data: unknown
  readonly errors: readonly { message: string; offset: number }[]
}

/** Lists in lists. Parser and schema recurse, and the stack they have left is not ours to know. */
const MAX_DEPTH = 100

/** Lexemes that stand for no text. */
const UNWRITTEN: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END])

/** Offset at which brackets, or markers in one line, nest too deeply; null where they do not. The lexer does not recurse. */
function tooDeepAt(text: string): number | null {
  let at = 0
  let open = 0
  let marks = 0
  let isText = false
  for (const lexeme of new Lexer().lex(text)) {
    if (!isText && UNWRITTEN.has(lexeme)) continue
    if (!isText && lexeme === CST.SCALAR) {
      isText = true
      continue
    }
    if (!isText && (lexeme === '[' || lexeme === '{')) open += 1
    if (!isText && (lexeme === ']' || lexeme === '}')) open = Math.max(open - 1, 0)
    if (!isText && (lexeme === '-' || lexeme === '?' || lexeme === ':')) marks += 1
    else if (isText || !/^ +$/.test(lexeme)) marks = 0
    if (Math.max(open, marks) > MAX_DEPTH) return at
    at += lexeme.length
    isText = false
  }
  return null
}

function read(text: string, lines: LineCounter): Parsed {
  const deep = tooDeepAt(text)
  if (deep !== null) {
    lines.addNewLine(0)
    for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1)
    return { document: null, data: undefined, errors: [{ message: 'it is nested too deeply', offset: deep }] }
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
      schema: 'core',
    })
    const errors = document.errors.map((e) => ({ message: e.message, offset: e.pos[0] }))
    const data: unknown = errors.length > 0 ? undefined : document.toJS({ maxAliasCount: MAX_ALIASES })
    return { document, data, errors }
  } catch (error) {
    // Too many aliases (ReferenceError), or nesting that exhausts the stack (RangeError).
    const deep = error instanceof RangeError
    const message = deep ? 'it is nested too deeply' : error instanceof Error ? error.message : String(error)
    return { document: null, data: undefined, errors: [{ message, offset: 0 }] }
  }
}

/** Offset of the node at `path`, or of the nearest around it; with `key`, of that key in the map there. */
export function offsetOf(
  document: Document.Parsed | null,
  path: readonly PropertyKey[],
  key?: string,
): number {
  if (document === null) return 0
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const at = path.slice(0, depth).map((step) => (typeof step === 'number' ? step : String(step)))
    const node: unknown = depth === 0 ? document.contents : document.getIn(at, true)
    if (key !== undefined && depth === path.length && isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === key)
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return pair.key.range[0]
    }
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/**
 * Parses and checks one block. `value` is null if there is any problem. `keys` are the block's own keys: for schemas
 * that let other keys through (parameters), a key one edit away from an own one is taken for a slip.
 */
export function readBlock<T>(
  source: BlockSource,
  schema: z.ZodType<T>,
  keys: readonly string[] = [],
): Block<T> {
  const lines = new LineCounter()
  const { document, data, errors } = read(source.text, lines)
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset)
    return { line: source.firstLine + Math.max(line, 1) - 1, column: Math.max(col, 1) }
  }
  const problem = (offset: number, code: string, message: string, mend: string): Problem => ({
    file: source.file,
    ...place(offset),
    level: 'error',
    code,
    message: `${source.kind}: ${message}`,
    mend,
  })
  const problems = errors.map((e) =>
    problem(e.offset, 'yaml', e.message.replaceAll(/\s+/g, ' '), mendOf(e.message)),
  )
  const block = {
    problems,
    problemAt: (
      path: readonly PropertyKey[],
      code: string,
      message: string,
      mend: string,
      within?: number,
    ): Problem => {
      const offset = offsetOf(document, path)
      const found = problem(offset, code, message, mend)
      if (within === undefined) return found
      const quoted = /['"]/.test(source.text[offset] ?? '') ? 1 : 0
      return { ...found, column: found.column + quoted + within }
    },
    lineAt: (path: readonly PropertyKey[]): number => place(offsetOf(document, path)).line,
  }
  if (problems.length > 0) return { ...block, value: null }
  const parsed = schema.safeParse(data)
  const unknown = new Set(
    parsed.error?.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])),
  )
  for (const key of typeof data === 'object' && data !== null ? Object.keys(data) : []) {
    if (keys.includes(key) || unknown.has(key)) continue
    // zod drops it without a word.
    if (key === '__proto__') {
      const at = offsetOf(document, [], key)
      problems.push(problem(at, 'unknown-key', `unknown key "${key}"`, 'Remove it.'))
    }
    const slip = keys.find((own) => distance(key.toLowerCase(), own) <= 1)
    if (slip !== undefined)
      problems.push(
        problem(
          offsetOf(document, [], key),
          'unknown-key',
          `unknown key "${key}"`,
          `Did you mean "${slip}"?`,
        ),
      )
  }
  if (parsed.success) return { ...block, value: problems.length > 0 ? null : parsed.data }
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        problems.push(
          problem(
            offsetOf(document, issue.path, key),
            'unknown-key',
            `unknown key "${key}"`,
            key === '<<'
              ? 'Merge keys are not read; write the keys out.'
              : suggestion(
                  key,
                  issue.path.length === 0 && keys.length > 0 ? keys : keysAt(schema, issue.path),
                ),
          ),
        )
      continue
    }
    const where = issue.path.map(String).join('.')
    const last = issue.path.at(-1)
    if (issue.code === 'invalid_key') {
      const map = issue.path.slice(0, -1)
      const said = `${where}: ${issue.issues[0]?.message ?? issue.message}`
      problems.push(problem(offsetOf(document, map, String(last)), 'invalid', said, 'Give it another name.'))
      continue
    }
    if (last !== undefined && typeof last !== 'number' && valueAt(data, issue.path) === undefined) {
      const said = `${where} is missing: ${issue.message}`
      problems.push(problem(offsetOf(document, issue.path), 'invalid', said, `Add ${String(last)}.`))
      continue
    }
    const near =
      issue.code === 'invalid_value'
        ? nearest(String(valueAt(data, issue.path)), issue.values.map(String))
        : null
    problems.push(
      problem(
        offsetOf(document, issue.path),
        'invalid',
        `${where === '' ? '' : `${where}: `}${issue.message}`,
        near === null ? `Give it as docs/runbooks.md says.` : `Did you mean "${near}"?`,
      ),
    )
  }
  return { ...block, value: null }
}

function mendOf(message: string): string {
  if (message.includes('unique')) return 'Remove one of them.'
  if (message.includes('deeply')) return 'Nest less deeply.'
  if (message.includes('alias')) return 'Write it out, without anchors and aliases.'
  return message.startsWith('Tabs') ? 'Mend the YAML; tabs may not indent it.' : 'Mend the YAML there.'
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = data
  for (const step of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
  return value
}
