// Routes of drafts: a runbook made from an incident. Nothing is written: whoever reads it decides what becomes of it.
import * as z from 'zod'
import { readDraft } from '../../../flow/draft.ts'
import { findByReference } from '../../../incidents/repository.ts'
import type { ApiRoute } from '../index.ts'
import { None, route } from '../route.ts'

/** A drafted runbook and its test file, as text. */
export const RunbookDraft = z.object({
  id: z.string(),
  title: z.string(),
  files: z.array(z.object({ name: z.string(), text: z.string() })),
})

export const DRAFTS: readonly ApiRoute[] = [
  route({
    path: '/incidents/{id}/runbook-draft',
    summary: 'A runbook and its test file, drafted from what was done in an incident',
    query: None,
    reply: RunbookDraft,
    handle: async ({ deps, teams, params }) =>
      await deps.store.transaction(async (tx) => {
        const incident = await findByReference(tx, params['id'] ?? '', teams)
        return incident === null ? null : await readDraft(tx, deps, incident)
      }),
  }),
]
