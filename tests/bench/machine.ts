// The machine a figure was measured on, in two lines.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { percentile } from './stats.ts'

/** Processor, memory, Node, and what an fsync costs on the disk of the temporary folder. */
export function describeMachine(): string {
  const [cpu] = os.cpus()
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`
  return `${os.cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory}, ${os.type()} ${os.release()}, Node ${process.versions.node}\nfsync of 4 KiB: median ${fsyncMs().toFixed(2)} ms`
}

function fsyncMs(): number {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'arrestor-bench-'))
  const fd = openSync(path.join(dir, 'probe'), 'w')
  const block = Buffer.alloc(4096)
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now()
    writeSync(fd, block)
    fsyncSync(fd)
    return performance.now() - start
  })
  closeSync(fd)
  rmSync(dir, { recursive: true })
  return percentile(times, 50)
}
