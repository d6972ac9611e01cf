// `/spark doctor`: what the running service knows of itself, for those who keep it running.
import { examine } from '../../../flow/examine.ts'
import { teamsOf } from '../../../flow/teams-of.ts'
import { doctorMessage } from '../../blocks/doctor.ts'
import type { Verb } from '../verb.ts'

export const doctor: Verb = {
  name: 'doctor',
  usage: 'doctor',
  does: 'what is well and what is not: database, Slack, PagerDuty, platforms, runbooks',
  async run({ deps, person }) {
    // Addresses and files are in the answer: what is shared, and what is of their teams.
    const teams = await teamsOf(deps, person.id)
    if (teams.length === 0)
      return { text: 'Only responders and commanders of a team may ask this. Nothing was done.' }
    return doctorMessage(await examine(deps, teams))
  },
}
