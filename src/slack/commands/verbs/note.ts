// `/spark note`: what somebody found out or did, kept on the incident's timeline.
import { note as keep } from '../../../flow/note.ts'
import { inline } from '../../blocks/text.ts'
import { typedText } from '../typed.ts'
import { type Verb, incidentNamed } from '../verb.ts'

export const note: Verb = {
  name: 'note',
  usage: 'note <number> <text>',
  does: 'keep what you found or did on the timeline; drafts of runbooks quote it',
  changes: true,
  async run(call) {
    const [reference = ''] = call.rest.split(/\s+/)
    const named = await incidentNamed(call, reference, 'note')
    if ('reply' in named) return named.reply
    const text = typedText(call.rest.slice(reference.length).trim())
    if (text.trim() === '')
      return {
        text: `What should be noted? For example \`/spark note ${named.incident.number} restarted the shuffle service by hand\`.`,
      }
    const noted = await keep(call.deps, named.incident.id, call.person, text)
    return { text: inline(noted.sentence, 500) }
  },
}
