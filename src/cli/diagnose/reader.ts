// What `arrestor diagnose --app` asks: a platform of arrestor.yml, or what stands at addresses; and a log beside it.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { DISCREET, type Discretion } from '../../alerts/discretion.ts'
import { createNormaliseJobName } from '../../alerts/job-name.ts'
import { loadConfig } from '../../config/load.ts'
import { secretsOf } from '../../config/secrets.ts'
import { settingsOf } from '../../config/settings.ts'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { createEventLogFolderReader } from '../../platforms/ad-hoc/event-log.ts'
import { createAddressReader } from '../../platforms/ad-hoc/rest.ts'
import { createPlatforms } from '../../platforms/create.ts'
import { tailOf } from '../../platforms/event-log/tail.ts'
import { shownUrl } from '../../platforms/http/shown-url.ts'
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
  /** How its applications are listed, to stand behind "List what there is". */
  readonly list: string
  /** What of it may be printed. */
  readonly discretion: Discretion
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
    if (value !== undefined) refuseUnusable(option, value)
  if (eventLog !== undefined)
    return {
      reader: createEventLogFolderReader(eventLog),
      list: `in the folder ${eventLog}`,
      discretion: DISCREET,
    }
  if (master !== undefined) {
    const config = platformConfigSchema.parse({
      kind: 'spark-standalone',
      master_url: master,
      ...(history === undefined ? {} : { history_url: history }),
    })
    const { reader } = createPlatform(master, config, { normaliseJobName: createNormaliseJobName([]) })
    return { reader, list: `on the page ${master}`, discretion: DISCREET }
  }
  if (driver !== undefined || history !== undefined)
    return {
      reader: createAddressReader({
        ...(driver === undefined ? {} : { driver }),
        ...(history === undefined ? {} : { history }),
      }),
      list: `with \`curl ${(history ?? driver ?? '').replace(/\/+$/, '')}/api/v1/applications\``,
      discretion: DISCREET,
    }
  if (platform === undefined)
    throw new ArrestorError('ARR-707', { option: '--app', value: 'no place to look', known: WAYS })
  return configured(platform, where.config ?? process.env['ARRESTOR_CONFIG'] ?? 'arrestor.yml')
}

/** A name and password in an address would stand in every line that names the platform, and in the shell's history. */
function refuseUnusable(option: string, value: string): void {
  const at = /^https?:\/\//.test(value) ? URL.parse(value) : null
  const refuse = (shown: string, known: string): never => {
    throw new ArrestorError('ARR-707', { option: `--${option}`, value: shown, known })
  }
  if (at === null)
    refuse(value.replace(/^.*@/s, '[redacted]@'), 'an http or https address, as http://host:8080')
  else if (at.username !== '' || at.password !== '')
    refuse(
      `${shownUrl(at)} with a name or password in it`,
      'the address without them; a platform of arrestor.yml has `auth: { type: basic, ... }`, and --platform asks it',
    )
}

function configured(platform: string, file: string): Asked {
  const config = loadConfig(file, process.env)
  const { normaliseJobName, limits, discretion } = settingsOf(config, secretsOf(config, process.env))
  const { readers } = createPlatforms(config.platforms, normaliseJobName)
  const reader = readers.get(platform)
  const list = `in the web interface of ${platform}; whether it answers, and as what, \`arrestor doctor\` says`
  if (reader !== undefined) return { reader, list, discretion, ...(limits === undefined ? {} : { limits }) }
  throw new ArrestorError('ARR-703', { kind: 'platform', id: platform, list: 'with `arrestor doctor`' })
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
