// `arrestor runbook match`: which runbook an alert gets, and why.
import type { Command } from 'commander'
import { explainMatch } from '../../runbooks/explain.ts'
import { formatMatch } from '../../runbooks/format.ts'
import { loadRunbooks } from '../../runbooks/load.ts'
import { readAlerts } from './alerts.ts'
import { type Options, foldersOr, formatOf, repeatable } from './options.ts'

export function registerMatch(runbook: Command): void {
  runbook
    .command('match <alert.json>')
    .description(
      'which runbook an alert gets and why; an Alertmanager body or {labels, annotations}; - for standard input',
    )
    .option('-d, --folder <folder>', 'a folder of runbooks; repeatable', repeatable, [])
    .option('--json', 'as JSON')
    .action(async (file: string, options: Options & { folder: string[] }) => {
      const { index } = await loadRunbooks(foldersOr(options.folder))
      for (const alert of readAlerts(file))
        console.log(formatMatch(explainMatch(index, alert), formatOf(options)))
    })
}
