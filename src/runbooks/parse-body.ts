// The body of a runbook: headings become sections, fenced YAML becomes steps, the rest is prose.
import type { RootContent } from 'mdast'
import { toString } from 'mdast-util-to-string'
import { readAction, readProbe, readWhen } from './blocks.ts'
import { MAX_SECTIONS } from './bounds.ts'
import type { ActionStep, MatchEntry, Problem, ProbeStep, Section } from './model.ts'
import { nearest } from './nearest.ts'
import { createProse, type Piece } from './prose.ts'
import type { BlockSource } from './yaml-block.ts'

export const KINDS = ['probe', 'action', 'when'] as const

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Draft extends Omit<Mutable<Section>, 'prose' | 'probes' | 'actions' | 'when'> {
  prose: Piece[]
  when: MatchEntry[] | null
  probes: ProbeStep[]
  actions: ActionStep[]
}

/** The last word of a YAML block's info string: `probe` in ```` ```yaml probe ````; null for plain blocks. */
export function kindOf(lang: string | null | undefined, meta: string | null | undefined): string | null {
  if (lang !== 'yaml' && lang !== 'yml') return null
  return meta?.trim().split(/\s+/).at(-1) ?? null
}

function slug(heading: string, taken: Set<string>): string {
  const base = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
  let id = base === '' ? 'section' : base
  for (let n = 2; taken.has(id); n += 1) id = `${base === '' ? 'section' : base}-${n}`
  taken.add(id)
  return id
}

interface BodyContext {
  readonly text: string
  readonly file: string
  readonly complain: (line: number, code: string, message: string, mend: string) => Problem
}

/** Sections, steps and intro of everything below the front matter. */
export function readBody(
  nodes: readonly RootContent[],
  { text, file, complain }: BodyContext,
): { intro: string; sections: Section[]; problems: Problem[] } {
  const problems: Problem[] = []
  const prose = createProse(text, nodes)
  const intro: Piece[] = []
  const drafts: Draft[] = []
  const slugs = new Set<string>()
  const steps = new Map<string, number>()
  let titled = false
  // How many pieces of the current section's prose belong to steps already read.
  let told = 0
  for (const node of nodes) {
    const line = node.position?.start.line ?? 1
    const current = drafts.at(-1)
    if (node.type === 'heading') {
      const heading = toString(node).replaceAll(/\s+/g, ' ').trim()
      // The first heading of all is the title, said already by the front matter.
      if (!titled && drafts.length === 0 && node.depth === 1) {
        titled = true
        continue
      }
      if (drafts.length >= MAX_SECTIONS) {
        const mend = 'Split it into several runbooks.'
        problems.push(complain(line, 'bounds', `there are more than ${MAX_SECTIONS} headings`, mend))
        break
      }
      const parent = drafts.findLastIndex((section) => section.level < node.depth)
      drafts.push({
        id: slug(heading, slugs),
        heading: heading === '' ? 'Untitled' : heading,
        level: node.depth,
        parent: parent < 0 ? null : parent,
        prose: [],
        when: null,
        probes: [],
        actions: [],
        line,
      })
      told = 0
      continue
    }
    const kind = node.type === 'code' ? kindOf(node.lang, node.meta) : null
    const known = KINDS.find((word) => word === kind)
    if (node.type === 'code' && kind !== null && known === undefined && nearest(kind, KINDS) !== null)
      problems.push(
        complain(line, 'block-kind', `a block of kind "${kind}"`, `Did you mean "${nearest(kind, KINDS)}"?`),
      )
    if (node.type !== 'code' || known === undefined) {
      ;(current?.prose ?? intro).push(prose.piece(node))
      continue
    }
    if (current === undefined) {
      problems.push(
        complain(
          line,
          'no-heading',
          `a ${known} block before the first section`,
          'Put it under a heading: the heading is the label that people see.',
        ),
      )
      continue
    }
    const source: BlockSource = { file, kind: known, text: node.value, firstLine: line + 1 }
    if (known === 'when') {
      if (current.when !== null)
        problems.push(
          complain(line, 'two-whens', 'a second when block in one section', 'Put all entries in one block.'),
        )
      const when = readWhen(source)
      problems.push(...when.problems)
      current.when = when.value
      continue
    }
    const place = { heading: current.heading, prose: prose.join(current.prose.slice(told)), line }
    told = current.prose.length
    const step = known === 'probe' ? readProbe(source, place) : readAction(source, place)
    problems.push(...step.problems)
    if (step.value === null) continue
    const earlier = steps.get(step.value.id)
    if (earlier !== undefined)
      problems.push(
        complain(
          line,
          'duplicate-step',
          `a second step with id "${step.value.id}" (the first is in line ${earlier})`,
          'Give each probe and action an id of its own.',
        ),
      )
    steps.set(step.value.id, line)
    if ('verify' in step.value) current.actions.push(step.value)
    else current.probes.push(step.value)
  }
  const sections = drafts.map((draft) => ({ ...draft, prose: prose.join(draft.prose) }))
  return { intro: prose.join(intro), sections, problems }
}
