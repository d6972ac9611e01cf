// `npm run build`: dist/ anew, TypeScript compiled, and beside it what is no TypeScript but is read at run time.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '..')
const SRC = path.join(ROOT, 'src')
/** The sandbox's page goes as it is: the sandbox strips its types when it serves it. */
const PAGE = path.join(SRC, 'sandbox/page')

/** Builds into `dist`, which is emptied first. Throws when the compiler finds a mistake. */
export function build(dist: string): void {
  rmSync(dist, { recursive: true, force: true })
  execFileSync(
    process.execPath,
    [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', dist],
    { cwd: ROOT, stdio: 'inherit' },
  )
  cpSync(SRC, dist, {
    recursive: true,
    filter: (file) => !file.endsWith('.ts') || file.startsWith(PAGE + path.sep),
  })
  // npm does this to what it installs; here it is so that `dist/cli.js` runs by its name.
  chmodSync(path.join(dist, 'cli.js'), 0o755)
}

if (process.argv[1] === import.meta.filename) build(path.join(ROOT, 'dist'))
