// Links that lead nowhere: to files and headings that are not there, or by a reference that nothing defines.
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Nodes } from 'mdast'
import { toString } from 'mdast-util-to-string'
import { MAX_BYTES, normaliseText, outOfBounds } from '../bounds.ts'
import { nodesIn, parseMarkdown } from '../markdown.ts'
import type { Problem, Runbook } from '../model.ts'
import { suggestion } from '../nearest.ts'
import { readAtMost } from '../read-file.ts'
import type { Place } from './places.ts'
import { collect, type Say } from './report.ts'

interface Link extends Place {
  readonly url: string
}

/** Anchors of a Markdown text as GitHub makes them, and those that its HTML names. */
function anchorsIn(text: string, nodes: Iterable<Nodes>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const node of nodes) {
    if (node.type !== 'heading') continue
    const base = slugOf(toString(node))
    let slug = base
    for (let n = 1; found.has(slug); n += 1) slug = `${base}-${n}`
    found.add(slug)
  }
  for (const [, name] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) found.add((name ?? '').toLowerCase())
  return found
}

/** GitHub's: lower case, punctuation left out, blanks to hyphens. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** Dead links of one runbook. `anchorsOf` answers the anchors of another file, null where it is not there. */
async function checkRunbook(
  runbook: Runbook,
  anchorsOf: (file: string) => Promise<ReadonlySet<string> | null>,
): Promise<Problem[]> {
  // Parsing twice costs more than all other checks; hardly any runbook has a link.
  if (!/\]\(|\]\[|\]:/.test(runbook.text)) return []
  const nodes = [...nodesIn(parseMarkdown(runbook.text))]
  const own = anchorsIn(runbook.text, nodes)
  const found: Parameters<Say>[] = []
  for (const { url, ...at } of linksIn(nodes)) {
    const [target = '', fragment = ''] = url.split(/#(.*)/s).map(decode)
    const say = (message: string, mend: string): void => void found.push(['dead-link', at, message, mend])
    const file = path.resolve(path.dirname(runbook.file), target.replace(/\?.*$/s, ''))
    const isMarkdown = /\.(?:md|markdown)$/i.test(file)
    const anchors = target === '' ? own : await anchorsOf(file)
    if (anchors === null) say(`there is no file ${target}`, 'Mend the path; it is relative to this file.')
    else if (fragment !== '' && (target === '' || isMarkdown) && !anchors.has(fragment.toLowerCase()))
      say(
        `${target === '' ? 'this file' : target} has no heading #${fragment}`,
        suggestion(fragment, [...anchors]),
      )
  }
  for (const { name, ...at } of undefinedIn(nodes))
    found.push([
      'dead-link',
      at,
      `nothing defines [${name}]`,
      `Add a line [${name}]: https://..., or link inline.`,
    ])
  return collect(runbook.file, (say) => {
    for (const one of found) say(...one)
  })
}

/** Links that lead to files beside this one, or into it. */
function linksIn(nodes: readonly Nodes[]): Link[] {
  return nodes.flatMap((node) => {
    if (node.type !== 'link' && node.type !== 'image' && node.type !== 'definition') return []
    const { url } = node
    const { line = 1, column = 1 } = node.position?.start ?? {}
    const isElsewhere = /^[a-z][a-z0-9+.-]*:|^\//i.test(url) || url === '' || url === '#' || url === '#top'
    return isElsewhere ? [] : [{ url, line, column }]
  })
}

/** `[text][name]` without a definition: CommonMark reads it as plain text, and so do people, at 03:00. */
function undefinedIn(nodes: readonly Nodes[]): (Place & { readonly name: string })[] {
  return nodes.flatMap((node) => {
    if (node.type !== 'text') return []
    const { line = 1, column = 1 } = node.position?.start ?? {}
    return [...node.value.matchAll(/\[[^[\]]+\]\[([^[\]]*)\]/g)].map(([whole, name = '', ...rest]) => {
      const before = node.value.slice(0, Number(rest[0]))
      const breaks = before.split('\n').length - 1
      return {
        name: name === '' ? whole.slice(1, whole.indexOf(']')) : name,
        line: line + breaks,
        column: breaks === 0 ? column + before.length : before.length - before.lastIndexOf('\n'),
      }
    })
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Dead links of all runbooks; each file that is linked to is read once. */
export async function checkLinks(runbooks: readonly Runbook[]): Promise<Problem[]> {
  const known = new Map<string, Promise<ReadonlySet<string> | null>>()
  const anchorsOf = (file: string): Promise<ReadonlySet<string> | null> => {
    let anchors = known.get(file)
    if (anchors === undefined) known.set(file, (anchors = readAnchors(file)))
    return anchors
  }
  const problems: Problem[] = []
  for (const runbook of runbooks) problems.push(...(await checkRunbook(runbook, anchorsOf)))
  return problems
}

/** Null where the file is not there; no anchors where it is no Markdown that we would read. */
async function readAnchors(file: string): Promise<ReadonlySet<string> | null> {
  try {
    if (!/\.(?:md|markdown)$/i.test(file)) {
      await access(file)
      return new Set()
    }
    const bytes = await readAtMost(file, MAX_BYTES)
    if (bytes === null) return new Set()
    const text = normaliseText(bytes.toString('utf8'))
    return outOfBounds(text) === null ? anchorsIn(text, nodesIn(parseMarkdown(text))) : new Set()
  } catch {
    return null
  }
}
