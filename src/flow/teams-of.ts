// Which teams somebody belongs to: where there is no incident, what they may read is what concerns those.
import type { FlowDeps } from './deps.ts'

/** The teams whose responder or commander this person is. Asks Slack for user groups, so never inside a transaction. */
export async function teamsOf(
  deps: Pick<FlowDeps, 'settings' | 'directory'>,
  userId: string,
): Promise<readonly string[]> {
  const teams = [...deps.settings.teams.values()]
  const roles = await Promise.all(teams.map((team) => deps.directory.roleOf(team, userId)))
  return teams.flatMap(({ name }, at) => (roles[at] === 'viewer' ? [] : [name]))
}
