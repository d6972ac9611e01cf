// `/spark ack` and `/spark resolve`: what the card's buttons do, for those who type.
import { acknowledge, resolve } from '../../../flow/press.ts'
import { inline } from '../../blocks/text.ts'
import { type Verb, incidentNamed } from '../verb.ts'

function press(name: string, does: string, what: typeof acknowledge): Verb {
  return {
    name,
    usage: `${name} <number>`,
    does,
    changes: true,
    async run(call) {
      const named = await incidentNamed(call, call.rest, name)
      if ('reply' in named) return named.reply
      const pressed = await what(call.deps, named.incident.id, call.person, null)
      return { text: inline(pressed.sentence, 500) }
    },
  }
}

export const ack = press('ack', 'acknowledge: stops the paging', acknowledge)
export const resolveVerb = press('resolve', 'resolve: PagerDuty is told', resolve)
