// `/spark doctor`: what the running service knows of itself, for those who keep it running.
import { examine, mayExamine } from '../../../flow/examine.ts'
import { doctorMessage } from '../../blocks/doctor.ts'
import type { Verb } from '../verb.ts'

export const doctor: Verb = {
  name: 'doctor',
  usage: 'doctor',
  does: 'what is well and what is not: database, Slack, PagerDuty, platforms, runbooks',
  async run({ deps, person }) {
    // Addresses and files of every team are in the answer.
    if (!(await mayExamine(deps, person.id)))
      return { text: 'Only responders and commanders of a team may ask this. Nothing was done.' }
    return doctorMessage(await examine(deps))
  },
}
