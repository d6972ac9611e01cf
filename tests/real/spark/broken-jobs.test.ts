// The newest Spark, broken on purpose in every way we know how; both lines are for the night.
import { it } from 'vitest'
import { HOW_TO_INSTALL, findSpark, wantedLines } from '../../../scripts/spark/lines.ts'
import { JOBS } from './jobs.ts'
import { brokenJobs } from './suite.ts'

const lines = process.env['SPARK_LINES'] === undefined ? (['4'] as const) : wantedLines()
const only = process.env['SPARK_JOBS']?.split(',')

for (const line of lines) {
  const spark = findSpark(line)
  if (spark === null) it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
  else
    brokenJobs(
      spark,
      JOBS.filter(({ job }) => only?.includes(job) ?? true),
    )
}
