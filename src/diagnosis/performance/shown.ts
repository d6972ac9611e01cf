// Where anybody can read the figures of a finding: paths of Spark's own API, which gives them under the names we quote.
import type { SparkApplication, SparkStage } from '../../ports.ts'
import type { Evidence } from '../model.ts'
import { evidence } from '../probes/support.ts'

/** Figures, and where they are. */
export interface Shown {
  /** By Spark's own field names, in its units. */
  readonly figures: string
  /** Where they stand: `stage 3.0`, `executor 4`, `all executors`. */
  readonly from: string
  /** Where the figures are, under the names and in the units that `figures` gives them. */
  readonly shownAt: string | null
}

type App = Pick<SparkApplication, 'apiUrl' | 'link' | 'logAt'>
type Attempt = Pick<SparkStage, 'id' | 'attempt'>

/**
 * Where Spark's API shows what was read. Null where it was read out of an event log, which no page shows: `asEvidence`
 * names the log then. The page for people where neither is known.
 */
export function shownAt(app: App, path: string): string | null {
  if (app.apiUrl !== null) return `${app.apiUrl}/${path}`
  return app.logAt === undefined ? app.link : null
}

/** Figures as evidence; where no page shows them, the event log that they add up from is named in place of a link. */
export function asEvidence({ logAt }: Pick<App, 'logAt'>, { figures, from, shownAt: at }: Shown): Evidence {
  return evidence(figures, at === null && logAt !== undefined ? `${from}, event log ${logAt}` : from, at)
}

/** Who said something, and the page that shows it; of what was read out of an event log that is named in place of a page. */
export function saidAt(
  { logAt }: Pick<App, 'logAt'>,
  from: string,
  page: string | null,
): { readonly from: string; readonly link: string | null } {
  return logAt === undefined ? { from, link: page } : { from: `${from}, event log ${logAt}`, link: null }
}

/** Where a stage attempt's sums are shown. */
export function stageShownAt(app: App, stage: Attempt): string | null {
  return shownAt(app, `stages/${stage.id}/${stage.attempt}?details=false`)
}

/** Where the quantiles of a stage attempt's tasks are shown. */
export function tasksShownAt(app: App, stage: Attempt): string | null {
  return shownAt(app, `stages/${stage.id}/${stage.attempt}/taskSummary?quantiles=0,0.5,1`)
}

/** Settings that a formula reads, as they are set; what is not set has Spark's default. */
export function settingsShown(
  app: App,
  properties: ReadonlyMap<string, string>,
  names: readonly string[],
): Shown {
  return {
    figures: names.map((name) => `${name} ${properties.get(name) ?? 'not set'}`).join(', '),
    from: 'environment',
    shownAt: shownAt(app, 'environment'),
  }
}
