// The service as a process: checks Node, then starts, and drains on a signal.
import { setFlagsFromString } from 'node:v8'
import { nodeTooOld } from './node-version.ts'

const tooOld = nodeTooOld(process.versions.node)
if (tooOld !== null) {
  console.error(tooOld)
  process.exit(1)
}
// Loading some thousand modules makes garbage that V8 answers with a young generation of 32 MB, kept for good. An idle
// service does not need it; under load it may grow as ever.
setFlagsFromString('--semi-space-growth-factor=1')
const { serve } = await import('./cli/serve.ts')
await serve({})
setFlagsFromString('--semi-space-growth-factor=2')
