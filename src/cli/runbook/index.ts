// `arrestor runbook <verb>`: one file per verb; all but the live ones work offline, on files alone.
import type { Command } from 'commander'
import { registerCoverage } from './coverage.ts'
import { registerDraft } from './draft.ts'
import { registerLint } from './lint.ts'
import { registerMatch } from './match.ts'
import { registerStats } from './stats.ts'
import { registerSchema } from './schema.ts'
import { registerTest } from './test.ts'

export function registerRunbook(program: Command): void {
  const runbook = program.command('runbook').description('check and try runbooks')
  registerLint(runbook)
  registerMatch(runbook)
  registerTest(runbook)
  registerSchema(runbook)
  registerCoverage(runbook)
  registerDraft(runbook)
  registerStats(runbook)
}
