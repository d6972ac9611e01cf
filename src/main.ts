// The service as a process: checks Node, then starts, and drains on a signal.
import { nodeTooOld } from './node-version.ts'

const tooOld = nodeTooOld(process.versions.node)
if (tooOld !== null) {
  console.error(tooOld)
  process.exit(1)
}
const { serve } = await import('./cli/serve.ts')
await serve({})
