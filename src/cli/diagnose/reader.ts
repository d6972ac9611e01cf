// What `arrestor diagnose --app` asks: a platform of arrestor.yml, or what stands at addresses; and a log beside it.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import { loadConfig } from '../../config/load.ts'
import { settingsOf } from '../../config/settings.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { createEventLogFolderReader } from '../../platforms/ad-hoc/event-log.ts'
import { createAddressReader } from '../../platforms/ad-hoc/rest.ts'
import { createPlatforms } from '../../platforms/create.ts'
import { tailOf } from '../../platforms/event-log/tail.ts'
import { folderStore } from '../../platforms/event-log/store.ts'
import { createPlatform, platformConfigSchema } from '../../platforms/registry.ts'
import type { Limits } from '../../diagnosis/thresholds.ts'
import type { PlatformReader } from '../../ports.ts'

/** As they stand on the command line. */
export interface Where {
  readonly platform?: string
  readonly config?: string
  readonly master?: string
  readonly driver?: string
  readonly history?: string
  readonly eventLog?: string
}

/** Whom to ask, and what the operator has set in place of our thresholds. */
export interface Asked {
  readonly reader: PlatformReader
  readonly limits?: Limits
}

const WAYS = '--platform, --master, --driver, --history or --event-log'

/**
 * The reader that these options name; `--history` may stand beside `--master` or `--driver`. Throws ARR-707 for options
 * that do not go together, ARR-703 for a platform that is not configured, ARR-101 and ARR-102 for the configuration.
 */
export function readerFrom(where: Where): Asked {
  const { platform, master, driver, history, eventLog } = where
  const chosen = Object.entries({ platform, master, driver, 'event-log': eventLog }).filter(
    ([, value]) => value !== undefined,
  )
  if (chosen.length > 1)
    throw new ArrestorError('ARR-707', {
      option: `--${chosen[1]?.[0] ?? ''}`,
      value: `beside --${chosen[0]?.[0] ?? ''}`,
      known: `one of ${WAYS}`,
    })
  for (const [option, value] of Object.entries({ master, driver, history }))
    if (value !== undefined && !/^https?:\/\//.test(value))
      throw new ArrestorError('ARR-707', {
        option: `--${option}`,
        value,
        known: 'an http or https address, as http://host:8080',
      })
  if (eventLog !== undefined) return { reader: createEventLogFolderReader(eventLog) }
  if (master !== undefined) {
    const config = platformConfigSchema.parse({
      kind: 'spark-standalone',
      master_url: master,
      ...(history === undefined ? {} : { history_url: history }),
    })
    return createPlatform(master, config, { normaliseJobName: createNormaliseJobName([]) })
  }
  if (driver !== undefined || history !== undefined)
    return {
      reader: createAddressReader({
        ...(driver === undefined ? {} : { driver }),
        ...(history === undefined ? {} : { history }),
      }),
    }
  if (platform === undefined)
    throw new ArrestorError('ARR-707', { option: '--app', value: 'no place to look', known: WAYS })
  return configured(platform, where.config ?? process.env['ARRESTOR_CONFIG'] ?? 'arrestor.yml')
}

function configured(platform: string, file: string): Asked {
  const config = loadConfig(file, process.env)
  const { normaliseJobName, limits } = settingsOf(config)
  const { readers } = createPlatforms(config.platforms, normaliseJobName)
  const reader = readers.get(platform)
  if (reader !== undefined) return { reader, ...(limits === undefined ? {} : { limits }) }
  throw new ArrestorError('ARR-703', { kind: 'platform', id: platform, list: 'arrestor doctor' })
}

/** The same reader with a log of this machine as the driver's log. Throws ARR-706 where it cannot be read. */
export async function withLog(reader: PlatformReader, file: string): Promise<PlatformReader> {
  const full = path.resolve(file)
  const sizeOf = async (): Promise<number> =>
    (
      await stat(full).catch((error: unknown) => {
        throw new ArrestorError('ARR-706', { file, why: reasonOf(error) })
      })
    ).size
  await sizeOf()
  const name = path.basename(full)
  const store = folderStore(path.dirname(full))
  return {
    ...reader,
    capabilities: new Set([...reader.capabilities, 'log']),
    async log(_run, bytes, signal) {
      // It may have grown since the last look.
      const stored = { name, path: name, folder: false, bytes: await sizeOf(), modifiedAt: null }
      const tail = await tailOf(store, [stored], bytes, signal)
      return tail === null
        ? null
        : { text: tail.text, cut: tail.cut, whose: 'driver', from: `the log ${name}`, link: null }
    },
  }
}
