// How far people are with a runbook: the sections with something to do, and those that are ticked. Pure.
import type { SectionView } from '../runbooks/sections.ts'

export interface Progress {
  readonly done: number
  readonly steps: number
}

/** The sections that are steps: they apply or may apply, and hold words, a probe or an action of their own. */
export function stepsOf(
  views: readonly Pick<SectionView, 'section' | 'state'>[],
): readonly Pick<SectionView, 'section' | 'state'>[] {
  return views.filter(
    ({ section, state }) =>
      state !== 'hidden' &&
      (section.prose.trim() !== '' || section.probes.length > 0 || section.actions.length > 0),
  )
}

/**
 * A ticked section counts though it does not apply (any more): what was done was done. One that the text has no longer
 * does not.
 */
export function progressOf(
  views: readonly Pick<SectionView, 'section' | 'state'>[],
  ticks: ReadonlyMap<string, unknown>,
): Progress {
  const steps = new Set(stepsOf(views).map(({ section }) => section.id))
  for (const { section } of views) if (ticks.has(section.id)) steps.add(section.id)
  return { steps: steps.size, done: [...steps].filter((id) => ticks.has(id)).length }
}
