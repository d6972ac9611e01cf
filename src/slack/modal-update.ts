// Replacing what a person's modal shows: under the hash of what they pressed on, so that an older drawing never wins.
import type { AllMiddlewareArgs } from '@slack/bolt'
import type { ModalView } from '@slack/types'

type Client = AllMiddlewareArgs['client']

/** What became of it: shown, shown though the modal had changed meanwhile, or gone with the modal. */
export type Shown = 'shown' | 'overtaken' | 'closed'

/**
 * Draws under the hash; where that is not the modal's any more (a second press came first), draws once more with
 * `overtaken` set, from what is known by then. Throws what else Slack says.
 */
export async function updateModal(
  client: Client,
  view: { readonly id: string; readonly hash: string },
  draw: (overtaken: boolean) => Promise<ModalView>,
): Promise<Shown> {
  try {
    await client.views.update({ view_id: view.id, hash: view.hash, view: await draw(false) })
    return 'shown'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'not_found') return 'closed'
    if (code !== 'hash_conflict') throw error
  }
  try {
    await client.views.update({ view_id: view.id, view: await draw(true) })
    return 'overtaken'
  } catch (error) {
    if (codeOf(error) === 'not_found') return 'closed'
    throw error
  }
}

/** Slack's own word for why not, or null. */
function codeOf(error: unknown): string | null {
  const data: unknown = typeof error === 'object' && error !== null && 'data' in error ? error.data : null
  const code: unknown = typeof data === 'object' && data !== null && 'error' in data ? data.error : null
  return typeof code === 'string' ? code : null
}
