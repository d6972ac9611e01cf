// `/spark runbook draft`: a runbook and its test file from what was done, as files in the incident's thread.
import { draftDelivered, draftFor } from '../../../../flow/draft.ts'
import { inline } from '../../../blocks/text.ts'
import { messageRef } from '../../../deliver/card.ts'
import { uploadToThread } from '../../../upload.ts'
import { type Verb, incidentNamed } from '../../verb.ts'

export const draft: Verb = {
  name: 'draft',
  usage: 'runbook draft <number>',
  does: 'write a runbook from what was done; it comes with its test as files in the incident’s thread',
  async run(call) {
    const { deps, rest, person, client } = call
    const named = await incidentNamed(call, rest, 'runbook draft')
    if ('reply' in named) return named.reply
    const drafted = await draftFor(deps, named.incident.id, person)
    if (drafted.kind === 'refused') return { text: inline(drafted.sentence, 500) }
    const { incident, place } = drafted
    const instead = `\`arrestor runbook draft ${incident.number} --out runbooks\` writes the same files.`
    if (place === null)
      return {
        text: `The card of #${incident.number} is not in Slack yet, so there is no thread. ${instead}`,
      }
    // Sent after the transaction, and not by the outbox: a person waits for it, and may ask again.
    const comment =
      'A runbook drafted from this incident. Read it, write where it says TODO, open a pull request.'
    const uploaded = await uploadToThread(client, messageRef(place), drafted.draft.files, comment)
    if (uploaded.kind === 'failed') {
      deps.logger.warn({ incident: incident.id, reason: uploaded.sentence }, 'a draft was not handed over')
      return { text: `${inline(uploaded.sentence, 700)} ${uploaded.maybe ? '' : instead}`.trim() }
    }
    await draftDelivered(deps, incident.id, person, drafted.draft)
    return {
      text: `Drafted ${inline(drafted.draft.id, 80)}: ${drafted.draft.files.length} files are in the thread of #${incident.number}.`,
    }
  },
}
