// Of which day or part of the data a run is, as its labels, parameters and arguments tell it. Pure.

/** What tells it, the surest first: the day a run is for, before the day on which it ran. */
export const DATA_DATES = [
  'logical_date',
  'data_date',
  'business_date',
  'partition_date',
  'partition',
  'process_date',
  'run_date',
  'dt',
  'date',
  'day',
  'argument',
] as const
export type DataDateName = (typeof DATA_DATES)[number]

/** Dates as `20261122` or, of an hour, `202611220500`; a partition that is no date as it is called. */
export type DataDates = Readonly<Partial<Record<DataDateName, string>>>

/** Airflow's names for one thing, and spellings. */
const ALSO: Readonly<Record<string, DataDateName>> = {
  execution_date: 'logical_date',
  ds: 'logical_date',
  ds_nodash: 'logical_date',
  data_interval_start: 'logical_date',
  processing_date: 'process_date',
  partition_key: 'partition',
}
const KNOWN: ReadonlyMap<string, DataDateName> = new Map([
  ...DATA_DATES.filter((name) => name !== 'argument').map((name) => [name, name] as const),
  ...Object.entries(ALSO),
])
/** Airflow's id of a run says its logical date, unless a person started it. */
const AIRFLOW_RUN = /^(?:scheduled|backfill)__/
const DATE =
  /(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)(?:[T ]([01]\d|2[0-3]):?([0-5]\d)?)?/
const PARTITION = /^[\w=./-]{1,60}$/

/** By names, as labels, annotations and named parameters have them. */
export function datesOfNames(named: Readonly<Record<string, unknown>>): DataDates {
  return datesOf(Object.entries(named))
}

/** By arguments of a program: `--date 2026-11-22`, `--run-date=2026-11-22`, `dt=2026-11-22`, or a date that stands alone. */
export function datesOfArguments(given: readonly string[]): DataDates {
  const named = given.flatMap((one, at): [string, string][] => {
    const [, name = '', value] = /^(-{0,2}[A-Za-z][\w.-]*)(?:=(.*))?$/.exec(one) ?? []
    if (value !== undefined) return [[name, value]]
    return name.startsWith('-') ? [[name, given[at + 1] ?? '']] : []
  })
  const alone = given.filter((one, at) => DATE.exec(one)?.[0] === one && !/^-{1,2}[A-Za-z]/.test(given[at - 1] ?? '')) // prettier-ignore
  const [only] = alone
  return { ...(alone.length === 1 && only !== undefined ? { argument: dateIn(only) ?? only } : {}), ...datesOf(named) } // prettier-ignore
}

/** Whether two are of the same data, judged by the surest that both tell; null where they tell nothing in common. */
export function comparedDates(
  one: DataDates,
  other: DataDates,
): { readonly same: boolean; readonly name: string; readonly one: string; readonly other: string } | null {
  for (const name of DATA_DATES) {
    const [a, b] = [one[name], other[name]]
    if (a === undefined || b === undefined) continue
    // A day and an hour of it: known is the day alone.
    const same = a.startsWith(b) || b.startsWith(a)
    return { same, name: name.replace('_', ' '), one: shown(a), other: shown(b) }
  }
  return null
}

function datesOf(named: readonly (readonly [string, unknown])[]): DataDates {
  const dates: Partial<Record<DataDateName, string>> = {}
  for (const [written, given] of named) {
    if (typeof given !== 'string') continue
    const name = nameOf(written, given)
    const value = name === undefined ? null : (dateIn(given) ?? (name === 'partition' && PARTITION.test(given) ? given : null)) // prettier-ignore
    if (name !== undefined && value !== null) dates[name] ??= value
  }
  return dates
}

function nameOf(written: string, value: string): DataDateName | undefined {
  const name = written
    .replace(/^-+/, '')
    // `airflow.apache.org/logical-date`, `dagster/partition`, `label_ds`.
    .replace(/^.*\//, '')
    .replaceAll(/[-.]/g, '_')
    .replace(/^(?:label|annotation)_/, '')
    .toLowerCase()
  if ((name === 'run_id' || name === 'dag_run_id') && AIRFLOW_RUN.test(value)) return 'logical_date'
  return KNOWN.get(name)
}

function dateIn(text: string): string | null {
  const found = DATE.exec(text)
  return found === null ? null : found.slice(1).join('')
}

/** `2026-11-22 05:00` */
function shown(value: string): string {
  const [, year, month, day, hour, minute = '00'] = /^(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?$/.exec(value) ?? []
  if (year === undefined) return value
  return `${year}-${month}-${day}${hour === undefined ? '' : ` ${hour}:${minute}`}`
}
