// Both lines of Spark, broken on purpose in every way we know how: the same table for each.
import { it } from 'vitest'
import { HOW_TO_INSTALL, findSpark, wantedLines } from '../../scripts/spark/lines.ts'
import { brokenJobs } from '../real/spark/suite.ts'

for (const line of wantedLines()) {
  const spark = findSpark(line)
  if (spark === null) it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
  else brokenJobs(spark)
}
