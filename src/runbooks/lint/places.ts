// Where things stand in a runbook's file. Read from its text again, and only when there is something to say.
import { LineCounter, parseDocument, type Document } from 'yaml'
import type { ActionStep, MatchEntry, Matcher, ProbeStep, Runbook } from '../model.ts'
import { offsetOf } from '../yaml-block.ts'

/** From 1 both. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Places {
  /** The value of a key of the front matter, or the front matter's first line. */
  front(path: readonly PropertyKey[]): Place
  /** The value at a path of a step's block, or its last key; with `needle` where that stands in the value. */
  step(step: ProbeStep | ActionStep, path: readonly PropertyKey[], needle?: string): Place
  /** The key of a parameter in a step's block, `path` leading to the map around it. */
  key(step: ProbeStep | ActionStep, path: readonly PropertyKey[], key: string): Place
  /** An entry, or one of its matchers. */
  entry(entry: MatchEntry, matcher?: Matcher): Place
}

interface Yaml {
  readonly text: string
  readonly firstLine: number
}

/** The lines of the file between a fence (or the front matter's) and its end. */
function yamlFrom(lines: readonly string[], fence: number, isEnd: (line: string) => boolean): Yaml {
  const rest = lines.slice(fence)
  const end = rest.findIndex(isEnd)
  return { text: (end < 0 ? rest : rest.slice(0, end)).join('\n'), firstLine: fence + 1 }
}

/** Places in one runbook. */
export function placesIn({ text }: Pick<Runbook, 'text'>): Places {
  let split: readonly string[] | undefined
  const linesOf = (): readonly string[] => (split ??= text.split('\n'))
  const locate = (yaml: Yaml, find: (document: Document.Parsed) => number): Place => {
    const counter = new LineCounter()
    const document = parseDocument(yaml.text, { lineCounter: counter, prettyErrors: false, schema: 'core' })
    const { line, col } = counter.linePos(find(document))
    return { line: yaml.firstLine + Math.max(line, 1) - 1, column: Math.max(col, 1) }
  }
  const blockOf = (step: { readonly line: number }): Yaml => {
    const lines = linesOf()
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(lines[step.line - 1] ?? '')?.[1] ?? '```'
    return yamlFrom(lines, step.line, (line) => {
      const word = line.trim()
      return word.length >= fence.length && word === fence.charAt(0).repeat(word.length)
    })
  }
  return {
    front: (path) =>
      locate(
        yamlFrom(linesOf(), 1, (line) => line.trimEnd() === '---'),
        (document) => offsetOf(document, path),
      ),
    step(step, path, needle) {
      const yaml = blockOf(step)
      return locate(yaml, (document) => {
        const offset = offsetOf(document, path)
        const found = needle === undefined ? -1 : yaml.text.indexOf(needle, offset)
        return found < 0 ? offset : found
      })
    },
    key: (step, path, key) => locate(blockOf(step), (document) => offsetOf(document, path, key)),
    entry(entry, matcher) {
      const line = linesOf()[entry.line - 1] ?? ''
      const found = [matcher?.text, entry.text].map((part) => (part === undefined ? -1 : line.indexOf(part)))
      const at = found.find((index) => index >= 0) ?? line.search(/\S/)
      return { line: entry.line, column: Math.max(at, 0) + 1 }
    },
  }
}
