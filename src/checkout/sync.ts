// One look at a repository: where its ref stands, and, when it moved, the runbooks of that commit on disk.
import { rm } from 'node:fs/promises'
import { exportCommit } from './export.ts'
import { mayBeOurs } from './reason.ts'
import { type Remote, fetchCommit, resolveRef } from './remote.ts'
import { type Checkout, preparePlace, putCheckout } from './shelf.ts'

/** Answers the checkout that serves from now on: `before` itself when nothing moved. Throws GitFailed, ArrestorError. */
export async function sync(
  remote: Remote,
  place: string,
  repository: string,
  before: Checkout | null,
  now: () => Date,
): Promise<Checkout> {
  await preparePlace(place)
  const wanted = await resolveRef(remote)
  if (before !== null && before.commit === wanted.id) return before
  let commit: string
  try {
    commit = await fetchCommit(remote, repository, wanted)
  } catch (error) {
    // A repository of ours that a crash left broken must not fail for ever.
    if (!mayBeOurs(error)) throw error
    await rm(repository, { recursive: true, force: true })
    commit = await fetchCommit(remote, repository, wanted)
  }
  // Between the question and the answer it may have moved back.
  if (before !== null && before.commit === commit) return before
  return await putCheckout(place, remote.source, commit, now(), (folder) =>
    exportCommit(remote, repository, commit, folder),
  )
}
