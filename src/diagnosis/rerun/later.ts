// What runs of the job that began later mean for running this one again: they may have made it good, or written since.
import { type DataDates, comparedDates } from '../../alerts/data-dates.ts'
import type { PlatformRun, RunState } from '../../ports.ts'
import { laterOf } from '../recovery.ts'
import type { Write } from './writes.ts'

/** A run that began later and is not under way. */
export interface LaterRun {
  readonly id: string
  readonly state: RunState
  /** Of which data the two are; null where nothing tells it of both. */
  readonly data: ReturnType<typeof comparedDates>
}

/** Later runs that are asked for by their id, where a list does not say of which data they are. */
const ASKED = 5

/** The run that is to be made again. */
export interface Own {
  readonly id: string | null
  readonly since: Date | null
  readonly dates: DataDates
}

/**
 * Those of `listed` (newest first, at most `limit`) that began after it and are not under way, newest first; null where
 * that cannot be told: it is not in the list and its time is unknown, or the list is full of later ones. `byId` asks the
 * platform for one; throws as it does.
 */
export async function laterRuns(
  listed: readonly PlatformRun[],
  limit: number,
  own: Own,
  byId: (id: string) => Promise<PlatformRun | null>,
): Promise<readonly LaterRun[] | null> {
  if (own.since === null && listed.length > 0 && !listed.some(({ id }) => id === own.id)) return null
  const later = laterOf(listed, own)
  if (later.length >= limit) return null
  const dated = Object.keys(own.dates).length > 0
  let asked = 0
  const found: LaterRun[] = []
  for (const one of later.filter((run) => !goesOn(run))) {
    const unsaid = dated && one.dates === undefined && asked < ASKED
    if (unsaid) asked += 1
    const { state, dates = {} } = (unsaid ? await byId(one.id) : null) ?? one
    found.push({ id: one.id, state, data: comparedDates(own.dates, dates) })
  }
  return found
}

/** Queued, running, or about to be tried again. */
export function goesOn({ state }: PlatformRun): boolean {
  return state === 'queued' || state === 'running' || state === 'retrying'
}

/** What of it stands against a rerun for certain. */
export function objectionsOf(later: readonly LaterRun[]): string[] {
  const good = later.find(({ state, data }) => state === 'succeeded' && data?.same === true)
  if (good?.data == null) return []
  return [`run ${good.id} has succeeded since with the same data (${good.data.name} ${good.data.other})`]
}

/** What of it leaves open whether a rerun writes over something newer: the newest success, and the newest other run. */
export function gapsOf(
  later: readonly LaterRun[],
  writes: readonly Pick<Write, 'mode' | 'target'>[],
): string[] {
  const open = later.filter(({ state, data }) => {
    // What failed with the same data is what a rerun makes good.
    if (data?.same === true) return state === 'unknown'
    return data === null || !writes.every((write) => staysIn(write, data.one))
  })
  const good = open.find(({ state }) => state === 'succeeded')
  const other = open.find(({ state }) => state !== 'succeeded')
  return [
    ...(good === undefined ? [] : [`run ${good.id} has succeeded since, ${overOf(good)}`]),
    ...(other === undefined
      ? []
      : [`run ${other.id} began since (${other.state}), and what it wrote is not known`]),
  ]
}

function overOf({ data }: LaterRun): string {
  return data === null
    ? 'and whether with the same data is not known'
    : `with other data (${data.name} ${data.other}, this is ${data.one}), which a rerun may overwrite`
}

/** Whether it can touch nothing but its own data: it only creates, or the place that it overwrites is called by its date. */
function staysIn({ mode, target }: Pick<Write, 'mode' | 'target'>, data: string): boolean {
  if (mode === 'if-absent') return true
  if (target === null) return false
  if (!/^\d{4}-\d\d-\d\d/.test(data)) return target.split(/[/=]/).includes(data)
  const digits = data.replaceAll(/\D/g, '')
  return new RegExp(`(?<!\\d)${digits}(?!\\d)`).test(target.replaceAll(/(?<=\d)[-_/](?=\d)/g, ''))
}
