// `/spark runbook stats`: the record of the runbooks of the teams that one belongs to.
import { MAX_DAYS, readStats } from '../../../../flow/runbook-stats.ts'
import { teamsOf } from '../../../../flow/teams-of.ts'
import { inline } from '../../../blocks/text.ts'
import { statsBlocks } from '../../../blocks/runbook-stats.ts'
import type { Verb } from '../../verb.ts'

const DAYS = 30

export const stats: Verb = {
  name: 'stats',
  usage: 'runbook stats [days]',
  does: `which runbooks helped in the last ${DAYS} days or so many, and the alerts that none caught`,
  async run({ deps, rest, person }) {
    const days = rest === '' ? DAYS : /^\d{1,3}$/.test(rest) ? Number(rest) : Number.NaN
    if (!(days >= 1 && days <= MAX_DAYS))
      return {
        text: `\`${inline(rest, 40)}\` is no number of days from 1 to ${MAX_DAYS}.`,
      }
    const teams = await teamsOf(deps, person.id)
    if (teams.length === 0)
      return {
        text: 'The record of a team’s runbooks is for its responders and commanders; you are neither in any team.',
      }
    const report = await readStats(deps, days, teams)
    return { text: `Runbooks of the last ${days} days`, blocks: statsBlocks(report, teams) }
  },
}
