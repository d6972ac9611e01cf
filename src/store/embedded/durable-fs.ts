// Guard 1 and 2: a file system that really syncs. PGlite ships without fsync; a power cut then loses the database.
import fs from 'node:fs'
import path from 'node:path'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** The part of Emscripten's NODEFS that we lean on; pinned by a test that counts syncs per commit. */
interface NodeFsInternals {
  stream_ops: { fsync?: (stream: { nfd?: number; node: unknown }) => number }
  realPath(node: unknown): string
}

/** How often the disk was asked to make writes durable, since the process started. */
let syncs = 0

export function countFsyncs(): number {
  return syncs
}

function syncPath(file: string): void {
  const fd = fs.openSync(file, 'r')
  try {
    fs.fsyncSync(fd)
    syncs += 1
  } finally {
    fs.closeSync(fd)
  }
}

function installFsync(nodefs: NodeFsInternals): void {
  nodefs.stream_ops.fsync = (stream) => {
    if (stream.nfd === undefined) {
      syncPath(nodefs.realPath(stream.node))
      return 0
    }
    fs.fsyncSync(stream.nfd)
    syncs += 1
    return 0
  }
}

type Init = NodeFS['init']

/** PGlite's own Node file system over `dataDir`, whose `fsync` reaches the disk. */
export function durableNodeFs(dataDir: string): NodeFS {
  const nodeFs = new NodeFS(dataDir)
  const init: Init = nodeFs.init.bind(nodeFs)
  nodeFs.init = async (pg, options) => {
    const { emscriptenOpts } = await init(pg, options)
    const preRun = (emscriptenOpts.preRun ?? []) as ((module: { NODEFS: NodeFsInternals }) => void)[]
    const withFsync = [...preRun, (module: { NODEFS: NodeFsInternals }) => installFsync(module.NODEFS)]
    return { emscriptenOpts: { ...emscriptenOpts, preRun: withFsync } }
  }
  return nodeFs
}

/**
 * Guard 2: syncs every file and directory under `dir` once. A new cluster is written before the server runs, without
 * fsync; without this walk a power cut in the first seconds left databases that would not open again.
 */
export function syncTree(dir: string): void {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name)
    if (entry.isDirectory()) syncTree(full)
    else if (entry.isFile()) syncPath(full)
  }
  syncPath(dir)
}
