import { availableParallelism } from 'node:os'
import { type Plugin, defineConfig } from 'vitest/config'

/**
 * Packages as they are installed: vite would ask for their `development` builds, and micromark's writes a debug line
 * for every character of a runbook. The list has no setting, since settings are only added to it.
 */
const asInstalled: Plugin = {
  name: 'as-installed',
  configResolved: ({ ssr }) => {
    const conditions = ssr.resolve?.conditions ?? []
    const at = conditions.indexOf('development|production')
    if (at >= 0) conditions.splice(at, 1)
  },
}

/** Two projects: `fast` needs nothing but npm; `real` drives PostgreSQL, Alertmanager, Chromium, Spark. */
export default defineConfig({
  plugins: [asInstalled],
  test: {
    setupFiles: ['tests/support/objects-whole.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/real/**', 'tests/nightly/**'],
          // A worker is a process and its database's thread; the database waits for about half of the time.
          maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
          // Loading the service and starting a database take seconds: a worker does both once, and not for each file.
          // What a file changes outside itself it puts back (see vi.useRealTimers); vi.mock does not reach what is loaded.
          isolate: false,
          // A guard against what hangs, not a measure: two slow cores must be enough.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['tests/real/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'nightly',
          include: ['tests/nightly/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
