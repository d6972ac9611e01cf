// The newest Spark, broken on purpose in every way we know how, once each; both lines on both clusters are for the night.
import { wantedLines } from '../../../scripts/spark/lines.ts'
import { brokenOn } from './lines.ts'

const jobs = process.env['SPARK_JOBS']?.split(',')

brokenOn(process.env['SPARK_LINES'] === undefined ? ['4'] : wantedLines(), {
  once: true,
  ...(jobs === undefined ? {} : { only: jobs }),
})
