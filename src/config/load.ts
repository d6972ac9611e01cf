// arrestor.yml read whole: `${NAME}` filled from the environment, every mistake with its line and its mend.
import { readFileSync } from 'node:fs'
import { type Document, LineCounter, isNode, isScalar, parseDocument, visit } from 'yaml'
import type * as z from 'zod'
import { ArrestorError, reasonOf } from '../errors.ts'
import { keysAt } from '../runbooks/keys-at.ts'
import { nearest } from '../runbooks/nearest.ts'
import { type Environment, readVariable } from './environment.ts'
import { checkReferences } from './references.ts'
import { type Config, ConfigSchema } from './schema.ts'

/** One mistake. */
export interface ConfigProblem {
  /** From the top, for example `['teams', 'streaming', 'channel']`. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Reads and checks a configuration file. Throws ARR-102 when it cannot be read, ARR-101 with all its mistakes. */
export function loadConfig(file: string, environment: Environment): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ArrestorError('ARR-102', { file, why: reasonOf(error) })
  }
  return parseConfig(text, file, environment)
}

/** As `loadConfig`, from text. */
export function parseConfig(text: string, file: string, environment: Environment): Config {
  const { parsed, unfilled, problems } = examine(text, file, environment)
  if (unfilled.length + problems.length > 0 || !parsed.success)
    throw new ArrestorError('ARR-101', { problems: indent([...unfilled, ...problems]) })
  return parsed.data
}

/**
 * The configuration as plain data, for readers that need none of its secrets: variables without a value stay as written,
 * and what is wrong with such values is not told. Throws ARR-101 with all other mistakes.
 */
export function readTolerantly(text: string, file: string, environment: Environment): unknown {
  const { data, problems } = examine(text, file, environment)
  if (problems.length > 0) throw new ArrestorError('ARR-101', { problems: indent(problems) })
  return data
}

interface Examined {
  readonly data: unknown
  readonly parsed: z.ZodSafeParseResult<Config>
  /** A line for each variable without a value. */
  readonly unfilled: readonly string[]
  /** A line for each other mistake. */
  readonly problems: readonly string[]
}

/** Reads and checks. Throws ARR-101 where the YAML itself cannot be read. */
function examine(text: string, file: string, environment: Environment): Examined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const syntax = document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`)
  if (syntax.length > 0) throw new ArrestorError('ARR-101', { problems: indent(syntax) })
  const { problems: unfilled, nodes } = fillVariables(document, environment, at)
  const data = toData(document, file)
  const parsed = ConfigSchema.safeParse(data)
  const found = parsed.success ? checkReferences(parsed.data) : parsed.error.issues.flatMap(problemsOf)
  const problems = found
    // What is wrong with a value that could not be filled in has been said already.
    .filter(({ path }) => !nodes.has(document.getIn(path, true)))
    .map(({ path, message }) => {
      const where = path.length === 0 ? 'the file' : path.map(String).join('.')
      return `${placeOf(document, lines, file, path)}: ${where}: ${message}`
    })
  return { data, parsed, unfilled, problems }
}

/** The document as plain data; an alias without its anchor, or one that swells, is a mistake of the file. */
function toData(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    throw new ArrestorError('ARR-101', { problems: indent([`${file}: ${reasonOf(error)}`]) })
  }
}

interface Filled {
  /** A line for each name that has no value. The values themselves are never shown. */
  readonly problems: readonly string[]
  /** The nodes that could not be filled. */
  readonly nodes: ReadonlySet<unknown>
}

/** Fills `${NAME}` in every string. */
function fillVariables(document: Document, environment: Environment, at: (offset: number) => string): Filled {
  const problems: string[] = []
  const nodes = new Set<unknown>()
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return
      const unfilled = (whole: string, problem: string): string => {
        problems.push(`${at(node.range?.[0] ?? 0)}: ${problem}`)
        nodes.add(node)
        return whole
      }
      node.value = node.value.replaceAll(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
        try {
          const value = readVariable(environment, name)
          if (value !== undefined) return value
        } catch (error) {
          return unfilled(whole, `the file that ${name}_FILE names cannot be read: ${whyOf(error)}`)
        }
        return unfilled(
          whole,
          `the environment variable ${name} is missing; set it, or ${name}_FILE to a file that holds it`,
        )
      })
    },
  })
  return { problems, nodes }
}

function whyOf(error: unknown): string {
  return error instanceof ArrestorError ? (error.details['why'] ?? error.code) : reasonOf(error)
}

/** zod's names of types in the words of a YAML file. */
const WORDS: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
}

function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `this key is not known here${suggestion(issue, key)}`,
    }))
  if (issue.code === 'invalid_union') {
    const [first] = issue.errors
    return first === undefined
      ? [{ path: issue.path, message: issue.message }]
      : first.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues
    return [{ path: issue.path, message: first === undefined ? issue.message : `must be ${first.message}` }]
  }
  if (issue.code === 'invalid_type') return [{ path: issue.path, message: typeMessage(issue) }]
  return [{ path: issue.path, message: issue.message }]
}

function typeMessage(issue: z.core.$ZodIssueInvalidType): string {
  const word = (type: string): string => WORDS[type] ?? type
  const found = /received (\w+)$/.exec(issue.message)?.[1] ?? 'something else'
  return found === 'undefined'
    ? `this key is missing; it takes ${word(issue.expected)}`
    : `must be ${word(issue.expected)}, and is ${word(found)}`
}

/** The known key nearest to a wrong one, at the same place of the schema. */
function suggestion(issue: z.core.$ZodIssue, key: string): string {
  const known = keysAt(ConfigSchema, issue.path)
  const close = nearest(key, known)
  if (close !== null) return `; did you mean "${close}"?`
  return known.length === 0 ? '' : `; there are ${known.join(', ')}`
}

/** `file:line:column` of the nearest node that exists on this path. */
function placeOf(document: Document, lines: LineCounter, file: string, path: readonly PropertyKey[]): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range != null) {
      const { line, col } = lines.linePos(keyOffset(document, path.slice(0, length)) ?? node.range[0])
      return `${file}:${line}:${col}`
    }
  }
  return `${file}:1:1`
}

/** Where the key of the last path element stands: a mistake in a mapping is read at its key. */
function keyOffset(document: Document, path: readonly PropertyKey[]): number | null {
  const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (parent === null || typeof parent !== 'object' || !('items' in parent) || !Array.isArray(parent.items))
    return null
  for (const item of parent.items as { key?: unknown }[])
    if (isScalar(item.key) && item.key.value === path.at(-1)) return item.key.range?.[0] ?? null
  return null
}

function indent(problems: readonly string[]): string {
  return problems.map((problem) => `    ${problem}`).join('\n')
}
