// Both tables of a line of Spark: on a standalone cluster, and on YARN. What is missing is skipped, saying how to get it.
import { it } from 'vitest'
import { HOW_TO_INSTALL, type SparkLine, findSpark } from '../../../scripts/spark/lines.ts'
import { HOW_TO_INSTALL as HOW_TO_INSTALL_YARN, findYarn } from '../../../scripts/yarn/installation.ts'
import { JOBS, JOBS_ON_YARN, type SparkJob } from './jobs.ts'
import { onYarn } from './on-yarn.ts'
import { standalone } from './standalone.ts'
import { brokenJobs } from './suite.ts'

/** Jobs that break nowhere else. */
const YARN_ALONE = JOBS_ON_YARN.filter(({ job }) => JOBS.every((one) => one.job !== job))

/** `only` names the jobs, by their files; where it is absent all of them, `once` each or on both clusters. */
export function brokenOn(
  lines: readonly SparkLine[],
  { only, once = false }: { readonly only?: readonly string[]; readonly once?: boolean } = {},
): void {
  const chosen = (jobs: readonly SparkJob[]): readonly SparkJob[] =>
    jobs.filter(({ job }) => only?.includes(job) ?? true)
  const [alone, inYarn] = [chosen(JOBS), chosen(once && only === undefined ? YARN_ALONE : JOBS_ON_YARN)]
  const yarn = findYarn()
  for (const line of lines) {
    const spark = findSpark(line)
    if (spark === null) {
      it.skip(`Spark ${line}: ${HOW_TO_INSTALL}`)
      continue
    }
    const what = `Spark ${spark.version}`
    if (alone.length > 0) brokenJobs(line, what, alone, () => standalone(spark, alone))
    if (inYarn.length === 0) continue
    if (yarn === null) it.skip(`${what} on YARN: ${HOW_TO_INSTALL_YARN}`)
    else brokenJobs(line, `${what} on YARN of Hadoop ${yarn.version}`, inYarn, () => onYarn(yarn, spark))
  }
}
