// Which files are an event log, in which order, and which of them are read where all would be too much.
import { describe, expect, it } from 'vitest'
import { logFilesOf, logOfApplication, within } from '../../../src/platforms/event-log/files.ts'
import type { StoredFile } from '../../../src/platforms/event-log/store.ts'

const file = (name: string, bytes = 10, folder = false): StoredFile => ({
  name,
  path: `logs/${name}`,
  folder,
  bytes,
  modifiedAt: null,
})
const names = (files: readonly StoredFile[]): string[] => files.map(({ name }) => name)

describe('the files of a log', () => {
  it('are in the order of their numbers, not of their names', () => {
    const entries = ['events_10_app-1.zstd', 'appstatus_app-1', 'events_2_app-1.zstd', 'events_1_app-1.zstd']
    expect(names(logFilesOf(entries.map((name) => file(name))))).toEqual([
      'events_1_app-1.zstd',
      'events_2_app-1.zstd',
      'events_10_app-1.zstd',
    ])
  })

  it('begin with what compaction left in place of the earlier ones', () => {
    const entries = ['events_1_app-1', 'events_2_app-1', 'events_2_app-1.compact', 'events_3_app-1']
    expect(names(logFilesOf(entries.map((name) => file(name))))).toEqual([
      'events_2_app-1.compact',
      'events_3_app-1',
    ])
  })

  it('are those of Databricks by their dates, the one being written last', () => {
    const entries = ['eventlog', 'eventlog-2026-11-22--11-00.gz', 'eventlog-2026-11-22--10-45.gz', '.tmp']
    expect(names(logFilesOf(entries.map((name) => file(name))))).toEqual([
      'eventlog-2026-11-22--10-45.gz',
      'eventlog-2026-11-22--11-00.gz',
      'eventlog',
    ])
  })

  it('are none where there is no event log, and folders are no files', () => {
    expect(logFilesOf([])).toEqual([])
    expect(logFilesOf([file('stdout'), file('events_1_app-1', 0, true)])).toEqual([])
  })
})

describe("an application's log in Spark's folder", () => {
  it('is a file or a folder of its name, whatever the attempt and the packing', () => {
    for (const name of ['app-1', 'app-1.zstd', 'app-1_2.lz4', 'app-1.inprogress'])
      expect(logOfApplication([file('app-10.zstd'), file(name)], 'app-1')?.name).toBe(name)
    expect(logOfApplication([file('eventlog_v2_app-1', 0, true)], 'app-1')?.folder).toBe(true)
  })

  it('is none of a namesake with a longer id', () => {
    expect(logOfApplication([file('app-10.zstd'), file('eventlog_v2_app-11', 0, true)], 'app-1')).toBeNull()
  })

  it('is that of the newest attempt', () => {
    const dated = (name: string, day: number): StoredFile => ({
      ...file(name),
      modifiedAt: new Date(Date.UTC(2026, 10, day)),
    })
    expect(logOfApplication([dated('app-1_2', 22), dated('app-1_1', 21)], 'app-1')?.name).toBe('app-1_2')
  })
})

describe('what is read of a large log', () => {
  it('is its first file and the newest that fit', () => {
    const files = [
      file('events_1_a', 10),
      file('events_2_a', 50),
      file('events_3_a', 30),
      file('events_4_a', 20),
    ]
    const { chosen, leftOut } = within(files, 60)
    expect(names(chosen)).toEqual(['events_1_a', 'events_3_a', 'events_4_a'])
    expect(leftOut).toBe(1)
    expect(within([], 60)).toEqual({ chosen: [], leftOut: 0 })
  })
})
