// Who people are to a team: the ids in arrestor.yml, with user groups asked from Slack and remembered for a while.
import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { reasonOf } from '../errors.ts'
import type { OnCallDirectory } from '../flow/deps.ts'

/** Members change rarely; a person added to a group waits at most this long. */
const FRESH_MS = 5 * 60_000
/** After a failure Slack is asked again soon: meanwhile somebody who may press is refused. */
const RETRY_MS = 15_000

export interface DirectoryOptions {
  readonly client: WebClient
  readonly logger: Logger
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/**
 * Roles by team. When Slack does not answer for a group (free workspaces have none), the last members known count;
 * without any, only the people named one by one do: a missing answer never gives a right.
 */
export function createDirectory(options: DirectoryOptions): OnCallDirectory {
  const groups = new Map<string, { until: number; members: ReadonlySet<string>; failure: string | null }>()

  async function membersOf(group: string): Promise<ReadonlySet<string>> {
    const known = groups.get(group)
    if (known !== undefined && options.now() < known.until) return known.members
    let members: ReadonlySet<string>
    let failure: string | null = null
    try {
      const answer = await options.client.usergroups.users.list({ usergroup: group })
      members = new Set(answer.users ?? [])
    } catch (error) {
      failure = reasonOf(error)
      if (known?.failure !== failure)
        options.logger.warn(
          { group, reason: failure },
          'Slack did not list a user group; the people named in arrestor.yml still count',
        )
      members = known?.members ?? new Set()
    }
    groups.set(group, { until: options.now() + (failure === null ? FRESH_MS : RETRY_MS), members, failure })
    return members
  }

  async function includes(ids: readonly string[], userId: string): Promise<boolean> {
    if (ids.includes(userId)) return true
    for (const id of ids) if (id.startsWith('S') && (await membersOf(id)).has(userId)) return true
    return false
  }

  return {
    async roleOf(team, userId) {
      if (await includes(team.commanders, userId)) return 'commander'
      return (await includes(team.responders, userId)) ? 'responder' : 'viewer'
    },
  }
}
