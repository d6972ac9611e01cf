// Text from outside on its way into Markdown: it names nobody, keeps no secret, and stays the text it is.
import { redact } from '../../alerts/redact.ts'

/** Control characters, and those that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- these are the characters it is about
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
const INVISIBLE = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g

/** Characters that open emphasis and links: the parser pairs them, so a text of nothing else is dear (see bounds.ts). */
const OPENERS = /[*_~[\]]/g
const OPENERS_IN_PIECE = 100
const OPENERS_IN_ALL = 5_000

const LINE_WIDTH = 110
/** Deeper indentation says no more, and the parser refuses it somewhere. */
const INDENT = 40
/** Longest word that is kept whole; beyond it the parser's bound on lines comes near. */
const WORD = 400

export interface Inert {
  /** One line of plain text, cut at `max` characters: for YAML, which quotes for itself. */
  plain(text: string, max: number): string
  /** A piece of a line of Markdown, cut at `max` characters. It never stands at the start of its line. */
  inline(text: string, max: number): string
  /** Paragraphs of Markdown, each line after `prefix` (`> ` for a quotation). */
  paragraphs(text: string, max: number, prefix?: string): string
  /** A fenced block of plain text. */
  code(text: string, max: number): string
}

/** `people` are names that must not be told; each becomes `somebody`. */
export function createInert(people: readonly string[]): Inert {
  const names = namesPattern(people)
  let left = OPENERS_IN_ALL

  const safe = (text: string, max: number): string => {
    // Cut before the redaction, whose cost grows with the text, and after it, since its words may be longer.
    const clean = anonymous(
      redact(
        text
          .slice(0, 4 * max + 1_000)
          .replaceAll(CONTROL, '')
          .replaceAll(INVISIBLE, ''),
      ),
      names,
    ).toWellFormed()
    const short = cut(clean.trim(), max)
    const openers = short.match(OPENERS)?.length ?? 0
    if (openers > Math.min(left, OPENERS_IN_PIECE)) return short.replaceAll(OPENERS, '·')
    left -= openers
    return short
  }
  const oneLine = (text: string, max: number): string => safe(text.replaceAll(/\s+/g, ' '), max)

  return {
    plain: oneLine,
    inline: (text, max) => escapeMarkdown(words(oneLine(text, max)).join(' ')),
    paragraphs(text, max, prefix = '') {
      const paragraphs = safe(text, max)
        .split(/\n\s*\n/)
        .map((paragraph) => wrap(words(paragraph)).map((line) => prefix + line))
        .filter((lines) => lines.length > 0)
      return paragraphs.map((lines) => lines.join('\n')).join(`\n${prefix.trimEnd()}\n`)
    },
    code: (text, max) =>
      fenced(
        'text',
        safe(text.replaceAll('\t', '  '), max).replaceAll(/^\s+/gm, (blanks) => blanks.slice(-INDENT)),
      ),
  }
}

/** A fenced block whose fence is longer than any run of backticks inside, so that nothing in it can close it. */
export function fenced(info: string, content: string): string {
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${info}\n${content.trimEnd()}\n${fence}`
}

/**
 * Every character that could begin something in CommonMark or GFM, with a backslash; braces too, for templates. A blank
 * parts what would read as a reference that nothing defines, which lint takes for a dead link, and what GFM links without
 * any mark: an address of the web or of a person. No escape helps there: some readers look for those when all are gone.
 */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll('][', '] [')
    .replaceAll(/(https?:|ftp:)(?=\/\/)/gi, '$1 ')
    .replaceAll(/(www)(?=\.)/gi, '$1 ')
    .replaceAll(/@(?=[\w-]+\.)/g, '@ ')
    .replaceAll(/[\\`*_{}[\]<>#|~&]/g, String.raw`\$&`)
}

/** A list, a setext heading or a thematic break needs its mark at the start of a line. */
function escapeStart(line: string): string {
  return line.replace(/^([-+=:])/, String.raw`\$1`).replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`)
}

function words(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => cut(word, WORD))
}

function wrap(all: readonly string[]): string[] {
  const lines: string[] = []
  for (const word of all.map(escapeMarkdown)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= LINE_WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map(escapeStart)
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}

/** A name of two letters would take half of every sentence with it. */
const SHORTEST_NAME = 3

function namesPattern(people: readonly string[]): RegExp | null {
  const names = [...new Set(people.map((name) => name.trim()))].filter((name) => name.length >= SHORTEST_NAME)
  if (names.length === 0) return null
  const any = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`))
    .join('|')
  return new RegExp(`(?<![\\p{L}\\p{N}_])@?(?:${any})(?![\\p{L}\\p{N}_])`, 'giu')
}

/** Without names we know, mentions, and ids of Slack (a letter, then capitals and digits, at least one digit). */
function anonymous(text: string, names: RegExp | null): string {
  const unnamed = names === null ? text : text.replaceAll(names, 'somebody')
  return unnamed
    .replaceAll(/<[@#!][^<>]{0,200}>/g, 'somebody')
    .replaceAll(/(^|[\s(,;:])@[\p{L}\p{N}_][\p{L}\p{N}_.-]*/gu, '$1somebody')
    .replaceAll(/(?<![A-Z0-9])[UWCDG](?=[A-Z]*\d)[A-Z0-9]{5,20}(?![A-Z0-9])/g, 'somebody')
}
