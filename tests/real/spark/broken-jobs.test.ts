// The newest Spark, broken on purpose in every way we know how; both lines are for the night.
import { wantedLines } from '../../../scripts/spark/lines.ts'
import { brokenOn } from './lines.ts'

brokenOn(
  process.env['SPARK_LINES'] === undefined ? ['4'] : wantedLines(),
  process.env['SPARK_JOBS']?.split(','),
)
