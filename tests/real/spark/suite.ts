// Every job on a real Spark: each diagnosed as what it is, and the table that shows so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SparkLine } from '../../../scripts/spark/lines.ts'
import type { SparkJob } from './jobs.ts'
import { type Look, figuresOf, look } from './look.ts'
import type { Stand } from './stand.ts'
import { confusionTable } from './table.ts'

/** The whole on one line of Spark, where `open` makes a stand. */
export function brokenJobs(
  line: SparkLine,
  what: string,
  jobs: readonly SparkJob[],
  open: () => Promise<Stand>,
): void {
  describe(`jobs that break ${what} on purpose`, () => {
    const looks = new Map<string, Promise<Look>>()
    let stand: Stand | undefined

    beforeAll(async () => {
      const opened = await open()
      stand = opened
      const queue = [...jobs]
      const results = new Map(jobs.map(({ job }) => [job, Promise.withResolvers<Look>()]))
      for (const [job, { promise }] of results) {
        looks.set(job, promise)
        // Its own test says so; until then nobody listens.
        promise.catch(() => undefined)
      }
      const work = async (): Promise<void> => {
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
          const result = results.get(job.job)
          const lacks = opened.lacks(job)
          if (lacks !== null) result?.reject(new Error(lacks))
          else await look(opened, line, job).then(result?.resolve, result?.reject)
        }
      }
      for (let place = 0; place < opened.jobsAtATime; place += 1) void work()
    })
    afterAll(async () => {
      process.stdout.write(`\n${what}\n${await confusionTable(jobs, looks)}\n`)
      await stand?.stop()
    })

    for (const job of jobs) {
      const { expected } = job
      if (expected === null)
        it(`${job.job}: nothing is found above low`, async () => {
          const seen = await seenOf(job.job)
          expect(seen.examination.conclusion).toBeNull()
          expect(gravestOf(seen)).toEqual([])
        })
      else
        it(`${job.job}: ${expected.mode}, ${expected.class}, by the line that says so`, async (context) => {
          const lacks = stand?.lacks(job) ?? null
          if (lacks !== null) context.skip(lacks)
          const { examination, diagnosed } = await seenOf(job.job)
          expect({ diagnosed, class: examination.conclusion?.class }, toldBy(examination)).toEqual({
            diagnosed: expected.mode,
            class: expected.class,
          })
          expect(examination.conclusion?.evidence?.text).toMatch(expected.says)
          for (const figure of job.figures ?? []) expect(figuresOf(examination)).toMatch(figure)
          // A driver that has ended shows no metrics, and says so.
          expect(examination.unreached.filter((one) => one !== 'the driver’s metrics')).toEqual([])
        })
    }

    async function seenOf(job: string): Promise<Look> {
      const seen = await looks.get(job)
      if (seen === undefined) throw new Error(`${job} was not run`)
      return seen
    }
  })
}

/** Everything that was found, for whoever reads why it was taken for something else. */
function toldBy({ results }: Look['examination']): string {
  return results
    .flatMap(({ findings }) => findings.map(({ severity, sentence }) => `${severity}: ${sentence}`))
    .join('\n')
}

/** The findings above low, as a failing test should show them. */
function gravestOf({ examination }: Look): string[] {
  return examination.results.flatMap(({ findings }) =>
    findings.flatMap(({ probe, severity, sentence }) =>
      // The cluster is not the job's: another job may wait there.
      severity === 'none' || severity === 'low' || probe === 'spark.cluster'
        ? []
        : [`${severity}: ${sentence}`],
    ),
  )
}
