// How late a due row is claimed with 100,000 pending and 1,000 due at once.
import { sql } from 'kysely'
import { createDueLoop } from '../../src/store/due.ts'
import { openStore } from '../../src/store/open.ts'
import { type Row, percentile } from './stats.ts'

const PENDING = 100_000
const DUE = 1_000

export async function benchDue(databaseUrl: string | null, dataDir: string): Promise<Row[]> {
  const store = await openStore(databaseUrl === null ? { dataDir } : { databaseUrl })
  const late: number[] = []
  try {
    const at = new Date(store.clock.now().getTime() + 4_000)
    await sql`insert into due (kind, subject, due_at, data) select 'bench', 'later-' || n, now() + interval '1 day', '{}' from generate_series(1, ${PENDING}::int) n`.execute(
      store.db,
    )
    await sql`insert into due (kind, subject, due_at, data) select 'bench', 'now-' || n, ${at}::timestamptz, '{}' from generate_series(1, ${DUE}::int) n`.execute(
      store.db,
    )
    const loop = createDueLoop(store, [
      {
        kind: 'bench',
        handle(_tx, row) {
          late.push(store.clock.now().getTime() - row.dueAt.getTime())
          return Promise.resolve()
        },
      },
    ])
    const end = performance.now() + 30_000
    while (late.length < DUE && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20))
    await loop.stop()
  } finally {
    await store.close()
  }
  const name = databaseUrl === null ? 'embedded' : 'PostgreSQL'
  return [
    {
      what: `due row to its claim, 100,000 pending, 1,000 due at once, ${name}`,
      measured: `p50 ${percentile(late, 50).toFixed(0)} ms, p99 ${percentile(late, 99).toFixed(0)} ms (${late.length} claimed)`,
      target: 'p99 under 500 ms',
    },
  ]
}
