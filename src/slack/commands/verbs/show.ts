// `/spark show`: one incident, as its card stands.
import { readCard } from '../../../flow/card.ts'
import { cardMessage } from '../../blocks/card.ts'
import { type Verb, incidentNamed, missing } from '../verb.ts'

export const show: Verb = {
  name: 'show',
  usage: 'show <number>',
  does: 'one incident, as its card stands',
  async run(call) {
    const { deps, rest } = call
    const named = await incidentNamed(call, rest, 'show')
    if ('reply' in named) return named.reply
    const card = await deps.store.transaction((tx) => readCard(tx, deps, named.incident.id))
    if (card === null) return { text: missing('show', rest) }
    const message = cardMessage(card)
    // A copy of the card carries no buttons: a press counts only on the card itself.
    return { text: message.text, blocks: message.blocks.filter((block) => block.type !== 'actions') }
  },
}
