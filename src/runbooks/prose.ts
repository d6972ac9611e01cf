// Prose cut out of a runbook section by section, with the definitions its reference links and footnotes need.
import type { RootContent } from 'mdast'
import { MAX_BYTES } from './bounds.ts'
import { nodesIn } from './markdown.ts'

/** A block of Markdown as written, and what it refers to. */
export interface Piece {
  readonly text: string
  readonly refers: ReadonlySet<string>
  readonly defines: ReadonlySet<string>
}

export interface Prose {
  piece(node: RootContent): Piece
  /** The pieces as one text. Definitions that stand elsewhere in the file follow, so that `[a][b]` stays a link. */
  join(pieces: readonly Piece[]): string
}

/** Prepares for the text whose top nodes these are. */
export function createProse(text: string, nodes: readonly RootContent[]): Prose {
  const slice = (node: RootContent): string =>
    text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0)
  const read = (node: RootContent): Piece => {
    const refers = new Set<string>()
    const defines = new Set<string>()
    // No reference without a bracket: most paragraphs are not walked through.
    const own = slice(node)
    if (own.includes('['))
      for (const inner of nodesIn(node)) {
        if (inner.type === 'linkReference' || inner.type === 'imageReference') refers.add(inner.identifier)
        if (inner.type === 'footnoteReference') refers.add(`^${inner.identifier}`)
        if (inner.type === 'definition') defines.add(inner.identifier)
        if (inner.type === 'footnoteDefinition') defines.add(`^${inner.identifier}`)
      }
    return { text: own, refers, defines }
  }
  const definitions = new Map<string, Piece>()
  for (const node of nodes) {
    if (node.type !== 'definition' && node.type !== 'footnoteDefinition') continue
    const key = node.type === 'definition' ? node.identifier : `^${node.identifier}`
    // As in CommonMark, the first definition counts.
    if (!definitions.has(key)) definitions.set(key, read(node))
  }
  // Many sections may refer to one long footnote: what is repeated is bounded as the file is.
  let left = MAX_BYTES
  return {
    piece: read,
    join(pieces) {
      const told = new Set(pieces.flatMap(({ defines }) => [...defines]))
      const wanted = pieces.flatMap(({ refers }) => [...refers])
      const parts = pieces.map((piece) => piece.text)
      for (let key = wanted.shift(); key !== undefined; key = wanted.shift()) {
        const definition = told.has(key) ? undefined : definitions.get(key)
        told.add(key)
        if (definition === undefined || definition.text.length > left) continue
        left -= definition.text.length
        parts.push(definition.text)
        wanted.push(...definition.refers)
      }
      return parts.join('\n\n')
    },
  }
}
