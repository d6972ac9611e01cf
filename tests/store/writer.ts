// A program for tests to kill: opens a store, writes rows as fast as it may, says each number once it is committed.
import { writeSync } from 'node:fs'
import { openStore } from '../../src/store/open.ts'
import { json } from '../../src/store/store.ts'

const [where = '', mode = 'write'] = process.argv.slice(2)

async function main(): Promise<void> {
  const store = await openStore(where.startsWith('postgres:') ? { databaseUrl: where } : { dataDir: where })
  // Past any buffer: what is printed has been committed, whatever happens next.
  writeSync(1, `open ${process.pid}\n`)
  if (mode === 'hold') return
  const at = new Date()
  const run = `${process.pid}-${Date.now()}`
  for (let number = 0; ; number++) {
    if (mode === 'checkpoints' && number % 50 === 49) await store.embedded?.maintenance?.checkpoint()
    const subject = `${run}-${number}`
    await store.transaction(async (tx) => {
      const row = { kind: 'writer', subject, reason: 'x'.repeat(200), data: json({ number }) }
      await tx
        .insertInto('decisions')
        .values({ ...row, first_at: at, last_at: at })
        .execute()
    })
    writeSync(1, `${subject}\n`)
  }
}

main().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error)
  writeSync(1, `failed ${why.split('\n')[0] ?? ''}\n`)
  process.exitCode = 1
  process.exit()
})
