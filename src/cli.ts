#!/usr/bin/env node
// The `arrestor` command.
import { nodeTooOld } from './node-version.ts'

const tooOld = nodeTooOld(process.versions.node)
if (tooOld !== null) {
  console.error(tooOld)
  process.exit(1)
}
const { runCli } = await import('./cli/program.ts')
await runCli(process.argv)
