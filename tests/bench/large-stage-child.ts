// Reads one large application in a process of its own, and says on standard output what that cost.
// Usage: node --expose-gc large-stage-child.ts log <folder> | history <master> <History Server>
import { LARGE_APP } from '../../scripts/spark/large-log.ts'
import { createEventLogReader } from '../../src/platforms/event-log/reader.ts'
import { folderStore } from '../../src/platforms/event-log/store.ts'
import { costOf } from '../support/extra-memory.ts'
import { diagnoseWith, readerAt } from '../support/large-stage.ts'

const [what, where = '', history = ''] = process.argv.slice(2)
const work = async (): Promise<unknown> =>
  what === 'log'
    ? await createEventLogReader('large', folderStore(where)).find(
        '.',
        LARGE_APP,
        AbortSignal.timeout(300_000),
      )
    : await diagnoseWith(readerAt(where, history))
const { result, ...cost } = await costOf(work)
// Held until here: what is kept is measured with it.
console.log(JSON.stringify({ ...cost, found: result !== null }))
