// Alertmanager's own router as a peer: `amtool config routes test` over routes that carry given matchers.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const HOW_TO_GET_AMTOOL = 'amtool is not installed (Debian: apt install prometheus-alertmanager)'

/** Runs of which the fastest is told: what else the machine does only adds. */
const RUNS = 5

/** The amtool on the path, or null. */
export function findAmtool(): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders.map((folder) => path.join(folder, 'amtool')).find((file) => existsSync(file)) ?? null
}

export interface Asked {
  /** From 0; null for none. */
  readonly route: number | null
  /** The whole process, in milliseconds. */
  readonly ms: number
  /** `amtool check-config` of the same file: start and reading without routing, in milliseconds. */
  readonly readMs: number
}

/** Which route takes an alert with these labels, and how long that takes. */
export function askAmtool(
  amtool: string,
  routes: readonly string[],
  labels: Readonly<Record<string, string>>,
): Asked {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'arrestor-amtool-'))
  try {
    const file = path.join(folder, 'alertmanager.yml')
    // JSON is YAML, and needs no quoting of our own.
    const config = {
      route: {
        receiver: 'none',
        routes: routes.map((matchers, n) => ({ receiver: `route-${n}`, matchers: [matchers] })),
      },
      receivers: [{ name: 'none' }, ...routes.map((_, n) => ({ name: `route-${n}` }))],
    }
    writeFileSync(file, JSON.stringify(config))
    const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const [answer, ms] = fastest(amtool, ['config', 'routes', 'test', `--config.file=${file}`, ...given])
    const [, readMs] = fastest(amtool, ['check-config', file])
    const found = /route-(\d+)/.exec(answer)?.[1]
    return { route: found === undefined ? null : Number(found), ms, readMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fastest(program: string, args: readonly string[]): readonly [answer: string, ms: number] {
  let answer = ''
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now()
    answer = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    least = Math.min(least, performance.now() - start)
  }
  return [answer, least]
}
