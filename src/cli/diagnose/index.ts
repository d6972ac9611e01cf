// `arrestor diagnose`: the engine that looks into Spark for incidents, from a terminal: on a log, or on an application.
import type { Command } from 'commander'
import { readLog } from '../../diagnosis/failures/read-log.ts'
import { classOf } from '../../diagnosis/failures/settled-class.ts'
import { ArrestorError } from '../../errors.ts'
import { examineApplication } from './application.ts'
import { describeExamination } from './describe-application.ts'
import { describeLog } from './describe.ts'
import { linesOf } from './log-file.ts'
import type { Where } from './reader.ts'

interface Options extends Where {
  readonly app?: string
  readonly log?: string
  readonly of?: string
  readonly json?: boolean
}

const OWNERS = ['driver', 'executor'] as const

export function registerDiagnose(program: Command): void {
  program
    .command('diagnose')
    .description('what broke, and the line that says so; needs no service')
    .option('--app <id>', 'an application or run, by its id; with one of the places below')
    .option('--platform <name>', 'ask this platform of arrestor.yml')
    .option('-c, --config <file>', 'configuration file (default: ARRESTOR_CONFIG or arrestor.yml)')
    .option('--master <url>', 'ask this standalone master, and the driver UI it names')
    .option('--driver <url>', 'ask this driver UI')
    .option('--history <url>', 'ask this History Server; also beside --master or --driver')
    .option('--event-log <folder>', 'read the event log in this folder')
    .option(
      '--log <file>',
      "a driver or executor log, plain or JSON lines, .gz and .zstd too; - for standard input; beside --app the application's driver log",
    )
    .option('--of <whose>', 'whose log it is: driver or executor (default: the log tells)')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const owner = OWNERS.find((one) => one === options.of) ?? null
      if (options.of !== undefined && owner === null)
        throw new ArrestorError('ARR-707', { option: '--of', value: options.of, known: OWNERS.join(', ') })
      if (options.app !== undefined) {
        const found = await examineApplication(options.app, options)
        console.log(options.json === true ? JSON.stringify(found, null, 2) : describeExamination(found))
        return
      }
      if (options.log === undefined)
        throw new ArrestorError('ARR-707', {
          option: '--log',
          value: 'nothing',
          known: 'a file, or -; or say --app with an id',
        })
      const reading = await readLog(linesOf(options.log), owner)
      console.log(
        options.json === true
          ? JSON.stringify(
              {
                ...reading,
                seen: reading.seen.map(({ mode, ...told }) => ({
                  id: mode.id,
                  name: mode.name,
                  class: classOf(mode, reading.seen),
                  ...told,
                })),
              },
              null,
              2,
            )
          : describeLog(reading, options.log),
      )
    })
}
