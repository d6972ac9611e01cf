// The confusion table: a row for each job, a column for each diagnosis, an x where they met.
import type { SparkJob } from './jobs.ts'
import type { Look } from './look.ts'

export async function confusionTable(
  jobs: readonly SparkJob[],
  looks: ReadonlyMap<string, Promise<Look>>,
): Promise<string> {
  const seen = await Promise.all(
    jobs.map(async (job) => ({ job, look: (await looks.get(job.job)?.catch(() => null)) ?? null })),
  )
  const wanted = jobs.map(({ expected }) => expected?.mode ?? 'none')
  const found = seen.map(({ look }) => look?.diagnosed ?? 'not run')
  const columns = [...new Set([...wanted, ...found])]
  const short = (mode: string): string => mode.split(' ')[0] ?? mode
  const width = Math.max(...jobs.map(({ job }) => job.length))
  const cells = (of: readonly string[]): string =>
    of.map((cell, index) => cell.padEnd(short(columns[index] ?? '').length)).join(' ')
  const rows = seen.map(({ job, look }, index) => {
    const marks = columns.map((column) =>
      column === found[index] ? (column === wanted[index] ? 'x' : 'X') : column === wanted[index] ? '-' : '.',
    )
    const said =
      look === null
        ? ''
        : ` ${look.gravest.padEnd(8)} ${String(look.seconds).padStart(3)} s  ${found[index]}${by(look)}`
    return `${job.job.padEnd(width)}  ${cells(marks)} ${said}`
  })
  return [`${''.padEnd(width)}  ${columns.map(short).join(' ')}`, ...rows].join('\n')
}

/** Whose word the diagnosis is: a probe of the service's own, or a log that it was handed. */
function by({ examination: { conclusion }, alone }: Look): string {
  if (conclusion === null) return ''
  const handed = alone === null ? '' : `, the driver's log handed in (without it: ${alone})`
  return `, by ${conclusion.probe}${handed}`
}
