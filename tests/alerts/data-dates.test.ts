// Of which data a run is: what labels, parameters and arguments of the orchestrators in use tell, and what they do not.
import { describe, expect, it } from 'vitest'
import { type DataDates, comparedDates, datesOfArguments, datesOfNames } from '../../src/alerts/data-dates.ts'

it.each<[string, Record<string, unknown>, DataDates]>([
  ["Airflow's names", { execution_date: '2026-11-22T00:00:00+00:00' }, { logical_date: '202611220000' }],
  ['without dashes', { ds_nodash: '20261122' }, { logical_date: '20261122' }],
  ["a scheduled run's id", { run_id: 'scheduled__2026-11-22T05:00:00+00:00' }, { logical_date: '202611220500' }],
  ['the same as a label of a pod', { run_id: 'backfill__2026-11-22T0500000000-c2a8' }, { logical_date: '202611220500' }],
  ["not the id of a run that a person started", { run_id: 'manual__2026-11-22T05:00:00+00:00' }, {}],
  ['names with a domain, dashes and capitals', { 'example.com/Run-Date': '2026-11-22' }, { run_date: '20261122' }],
  ['labels of kube-state-metrics', { label_ds: '2026-11-22' }, { logical_date: '20261122' }],
  ['a partition that is a date', { partition: 'dt=2026-11-22' }, { partition: '20261122' }],
  ['a partition that is none', { 'dagster/partition': 'eu-west' }, { partition: 'eu-west' }],
  ['no name that tells it', { job_name: 'orders-2026-11-22', created: '2026-11-22' }, {}],
  ['no value that is a date', { date: 'yesterday', day: '7', ds: '20269911', dt: 20261122 }, {}],
])('names: %s', (_what, named, dates) => {
  expect(datesOfNames(named)).toEqual(dates)
}) // prettier-ignore

it.each<[string, string[], DataDates]>([
  ['an option and its value', ['--in', 's3://b/in', '--date', '2026-11-22'], { date: '20261122' }],
  ['an option with its value', ['--run-date=2026-11-22', '--full'], { run_date: '20261122' }],
  ['a word with its value', ['dt=20261122'], { dt: '20261122' }],
  ['one date that stands alone', ['orders', '2026-11-22'], { argument: '20261122' }],
  ['not two of them', ['2026-11-01', '2026-11-22'], {}],
  ['not one that another option has', ['--until', '2026-11-22'], {}],
  ['not one within a path', ['s3://b/dt=2026-11-22/part'], {}],
])('arguments: %s', (_what, given, dates) => {
  expect(datesOfArguments(given)).toEqual(dates)
})

describe('two runs', () => {
  it.each<[string, DataDates, DataDates, boolean | null]>([
    ['of one date are of the same data', { date: '20261122' }, { date: '20261122' }, true],
    ['of two dates are not', { date: '20261122' }, { date: '20261121' }, false],
    ['of a day and of an hour of it may be', { logical_date: '20261122' }, { logical_date: '202611220500' }, true],
    ['of two hours are not', { logical_date: '202611220400' }, { logical_date: '202611220500' }, false],
    ['are judged by the day they are for, not by the day they ran', { logical_date: '20261122', run_date: '20261123' }, { logical_date: '20261122', run_date: '20261125' }, true],
    ['that say nothing in common are not judged', { date: '20261122' }, { dt: '20261121' }, null],
    ['of which one says nothing are not judged', { date: '20261122' }, {}, null],
  ])('%s', (_what, one, other, same) => {
    expect(comparedDates(one, other)?.same ?? null).toBe(same)
  }) // prettier-ignore

  it('are told with what they were judged by', () => {
    expect(comparedDates({ logical_date: '20261122' }, { logical_date: '202611210500' })).toEqual({
      same: false,
      name: 'logical date',
      one: '2026-11-22',
      other: '2026-11-21 05:00',
    })
  })
})
