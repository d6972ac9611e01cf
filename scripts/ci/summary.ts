// Sums checks and the JSON reports of vitest runs into one plain line; exits with 1 when anything failed.
// Usage: node scripts/ci/summary.ts [--checks <passed> <failed>] <report.json>...
import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'

const ReportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().default(0),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
})

/** What was said, without the way there, and where in our files: enough to begin with, where the log is not at hand. */
function whyOf(message: string): string {
  const lines = message.split('\n')
  const said = lines.filter((line) => !/^\s+at /.test(line)).slice(0, 12)
  const where = lines.find((line) => /^\s+at .*\/tests\//.test(line))
  return [...said, ...(where === undefined ? [] : [where.trim()])]
    .map((line) => `  ${line.slice(0, 300)}`)
    .join('\n')
}

const given = process.argv.slice(2)
const checks = given[0] === '--checks' ? given.splice(0, 3).slice(1).map(Number) : []
let [passed = 0, failed = 0] = checks
let skipped = 0
if (failed > 0) console.log(`failed: ${failed} of the checks above`)
const skippedNames: string[] = []

for (const file of given) {
  if (!existsSync(file)) {
    console.log(`missing report: ${file} (its run ended before it could be written)`)
    failed += 1
    continue
  }
  const report = ReportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  passed += report.numPassedTests
  skipped += report.numPendingTests + report.numTodoTests
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  )
  for (const result of broken)
    console.log(`could not run: ${result.name}: ${result.message.split('\n')[0] ?? ''}`)
  const before = failed
  failed += report.numFailedTests + broken.length
  // A run that calls itself failed for another reason (an unhandled error) must not look green.
  if (!report.success && failed === before) failed += 1
  for (const result of report.testResults)
    for (const test of result.assertionResults) {
      if (test.status === 'failed') {
        console.log(`failed: ${test.fullName}`)
        for (const why of test.failureMessages) console.log(whyOf(why))
      }
      if (test.status === 'pending' || test.status === 'skipped') skippedNames.push(test.fullName)
    }
}
for (const name of skippedNames) console.log(`skipped: ${name}`)
// The last line of all.
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
