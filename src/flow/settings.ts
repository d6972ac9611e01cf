// What flow needs of the configuration, resolved once at start: teams, routes, policies, floors, platforms.
import type { Discretion } from '../alerts/discretion.ts'
import type { NormaliseJobName } from '../alerts/job-name.ts'
import type { Routing } from '../alerts/routing.ts'
import type { Limits } from '../diagnosis/thresholds.ts'
import type { Policy } from '../escalation/policy.ts'
import type { Role } from '../remediation/roles.ts'

export type SecondRoute = { readonly kind: 'slack'; readonly channel: string } | { readonly kind: 'webhook' }

export interface Team {
  readonly name: string
  /** Slack channel id or #name. */
  readonly channel: string
  /** Slack user (U...) and user group (S...) ids. */
  readonly responders: readonly string[]
  readonly commanders: readonly string[]
  /** Name of the escalation policy for runbooks that name none. */
  readonly escalation: string
  readonly platforms: readonly string[]
  /** Whether pages have a way out through PagerDuty. */
  readonly pages: boolean
  readonly secondRoute: SecondRoute | null
  /** Whether a later successful run of the job ends its incidents. */
  readonly resolveByNextRun: boolean
  /** What of its evidence may be kept and sent. */
  readonly discretion: Discretion
}

export interface PlatformSettings {
  readonly name: string
  readonly kind: string
}

export interface Settings {
  /** The gate with the patterns of all teams, for what is kept before anybody knows whose it is. */
  readonly discretion: Discretion
  readonly teams: ReadonlyMap<string, Team>
  readonly routing: Routing
  readonly normaliseJobName: NormaliseJobName
  /** From when on findings are grave, where the operator says so. */
  readonly limits?: Limits
  readonly policies: ReadonlyMap<string, Policy>
  /** The operator's floor per action id. */
  readonly floors: ReadonlyMap<string, Role>
  readonly platforms: ReadonlyMap<string, PlatformSettings>
  /** Teams whose events somebody subscribes to; the others publish nothing. */
  readonly subscribed: ReadonlySet<string>
  /** Where people reach this service, without a trailing slash; null when it has no public address. */
  readonly publicUrl: string | null
}

/** The gate of a team; of one that is no longer configured, that of all teams together. */
export function discretionOf(settings: Pick<Settings, 'teams' | 'discretion'>, team: string): Discretion {
  return settings.teams.get(team)?.discretion ?? settings.discretion
}

/** The policy an incident of this team gets under this runbook; its name is kept for people. */
export function policyFor(
  settings: Settings,
  team: Team,
  wished: string | null,
): { name: string; policy: Policy } {
  for (const name of [wished, team.escalation]) {
    const policy = name === null ? undefined : settings.policies.get(name)
    if (name !== null && policy !== undefined) return { name, policy }
  }
  // The configuration is refused at start unless every team's policy exists; this is the last resort of a typo in a runbook.
  const [first] = settings.policies
  if (first === undefined) throw new Error('no escalation policy is configured')
  return { name: first[0], policy: first[1] }
}
