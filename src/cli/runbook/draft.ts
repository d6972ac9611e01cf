// `arrestor runbook draft`: a runbook and its test file from an incident of a running service, printed or written.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import type * as z from 'zod'
import { ArrestorError, reasonOf } from '../../errors.ts'
import { RunbookDraft } from '../../http/api/routes/drafts.ts'
import { forTerminal, linesForTerminal } from '../../runbooks/terminal.ts'
import { apiAccess, call, understood } from '../api-client.ts'

export function registerDraft(runbook: Command): void {
  runbook
    .command('draft <incident>')
    .description(
      'a runbook and its test from what was done in an incident, by number or id (ARRESTOR_URL, ARRESTOR_TOKEN)',
    )
    .option('--out <folder>', 'write both files there, and overwrite nothing; without it they are printed')
    .option('--json', 'as JSON')
    .action(async (reference: string, options: { out?: string; json?: boolean }) => {
      const access = apiAccess(process.env)
      const id = encodeURIComponent(reference.replace(/^#/, ''))
      const answer = await call(access, 'GET', `/api/v1/incidents/${id}/runbook-draft`)
      if (answer.status === 404)
        throw new ArrestorError('ARR-703', {
          kind: 'incident',
          id: reference,
          list: 'with `arrestor incident list --state all`',
        })
      const draft = understood(access, answer, RunbookDraft)
      if (options.out === undefined) {
        console.log(options.json === true ? JSON.stringify(draft, null, 2) : printed(draft))
        return
      }
      const written = await write(options.out, draft)
      console.log(
        options.json === true
          ? JSON.stringify({ id: draft.id, written })
          : written.map(forTerminal).join('\n'),
      )
    })
}

/** Both files, each after a line that names it. */
function printed({ files }: z.infer<typeof RunbookDraft>): string {
  return files.map(({ name, text }) => linesForTerminal(`==> ${forTerminal(name)} <==\n${text}`)).join('\n')
}

/** Writes the files; none of them when one is there already. Returns their paths. Throws ARR-711. */
async function write(folder: string, { files }: z.infer<typeof RunbookDraft>): Promise<string[]> {
  const written: string[] = []
  try {
    await mkdir(folder, { recursive: true })
    for (const { name, text } of files) {
      // The service names the files, and may be any service: nothing is written outside of the folder.
      const file = path.join(folder, path.basename(name))
      await writeFile(file, text, { flag: 'wx' })
      written.push(file)
    }
  } catch (error) {
    await Promise.all(written.map(async (file) => await rm(file)))
    const why =
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'a file is there already' : reasonOf(error)
    throw new ArrestorError('ARR-711', { folder, why }, error)
  }
  return written
}
