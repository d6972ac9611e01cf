// `npm run bench`: the figures, each beside its target, a limit or a peer in the same run. Bounded; ends by itself.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { HOW_TO_GET_POSTGRES, findPostgres, startPostgres } from '../support/postgres-cluster.ts'
import { benchCard, benchStorm } from './card.ts'
import { benchDue } from './due.ts'
import { benchIntake } from './intake.ts'
import { describeMachine } from './machine.ts'
import { benchMatching } from './matching.ts'
import { benchForty, benchLargeStage } from './platform.ts'
import { type Outside, startOutside } from './processes.ts'
import { benchStart } from './start.ts'
import type { Row } from './stats.ts'

// What is measured is what is shipped: built, without the type stripper in memory.
execFileSync('npm', ['run', 'build', '--silent'], { stdio: 'inherit' })

const only = new Set(process.argv.slice(2))
const wanted = (name: string): boolean => only.size === 0 || only.has(name)

function print(rows: readonly Row[]): void {
  for (const { what, measured, target } of rows) console.log(`| ${what} | ${measured} | ${target} |`)
}

async function outside(work: (world: Outside) => Promise<Row[]>): Promise<void> {
  const world = await startOutside()
  try {
    print(await work(world))
  } finally {
    await world.close()
  }
}

console.log(`${describeMachine()}\n\n| what | measured | target |\n|---|---|---|`)
if (wanted('matching')) print(await benchMatching())
if (wanted('forty')) print(await benchForty())
if (wanted('large-stage')) print(await benchLargeStage())
if (wanted('start')) await outside(benchStart)

// A cluster is started only for what needs one.
const stored = ['intake', 'card', 'storm', 'due'].some(wanted)
const bin = stored ? findPostgres() : null
const cluster = bin === null ? null : await startPostgres(bin, { fsync: true })
const temporary = mkdtempSync(path.join(os.tmpdir(), 'arrestor-bench-'))
try {
  for (const kind of stored ? (['PostgreSQL', 'embedded'] as const) : []) {
    if (kind === 'PostgreSQL' && cluster === null) {
      console.log(`| everything on PostgreSQL | skipped: ${HOW_TO_GET_POSTGRES} | |`)
      continue
    }
    const database = async (): Promise<string | null> =>
      kind === 'embedded' || cluster === null ? null : await cluster.createDatabase()
    for (const [name, bench] of [
      ['intake', benchIntake],
      ['card', benchCard],
      ['storm', benchStorm],
    ] as const)
      if (wanted(name)) {
        const url = await database()
        await outside((world) => bench(world, url))
      }
    if (wanted('due')) print(await benchDue(await database(), path.join(temporary, kind)))
  }
} finally {
  await cluster?.stop()
  rmSync(temporary, { recursive: true, force: true })
}
