// Where a runbook's tests are: beside it, under its name.

/** The test file that stands beside a runbook. */
export function testFileOf(file: string): string {
  return file.replace(/\.(?:md|markdown)$/i, '.test.yml')
}
