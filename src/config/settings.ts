// From the file to what flow works with: teams, routes, floors, platforms, resolved once.
import { type Discretion, createDiscretion } from '../alerts/discretion.ts'
import { createNormaliseJobName } from '../alerts/job-name.ts'
import { limitsOf } from '../diagnosis/config.ts'
import type { SecondRoute, Settings, Team } from '../flow/settings.ts'
import type { Role } from '../remediation/roles.ts'
import { compileRoute } from './routes.ts'
import type { Config } from './schema.ts'
import { secretsOf } from './secrets.ts'

/** Pure; the configuration was checked when it was loaded. `secrets` pass no team's gate (P12). */
export function settingsOf(config: Config, secrets: readonly string[] = secretsOf(config, {})): Settings {
  const teams = new Map(
    Object.entries(config.teams).map(([name, team]) => [name, teamOf(name, team, secrets)]),
  )
  const everyone = [...teams.keys()]
  return {
    teams,
    discretion: discretionOfAll(config, secrets),
    routing: {
      label: config.routing.label,
      routes: config.routing.routes.map(compileRoute),
      defaultTeam: config.routing.default_team,
      teams: new Set(everyone),
    },
    normaliseJobName: createNormaliseJobName(config.job_names.strip),
    limits: limitsOf(config.diagnosis),
    policies: new Map(Object.entries(config.escalation)),
    floors: new Map<string, Role>(
      Object.entries(config.actions).map(([action, { requires }]) => [action, requires]),
    ),
    platforms: new Map(
      Object.entries(config.platforms).map(([name, platform]) => [name, { name, kind: platform.kind }]),
    ),
    subscribed: new Set(config.events.webhooks.flatMap((webhook) => webhook.teams ?? everyone)),
    publicUrl: config.service.url?.replace(/\/+$/, '') ?? null,
  }
}

function teamOf(name: string, team: Config['teams'][string], secrets: readonly string[]): Team {
  return {
    name,
    channel: team.channel,
    responders: team.responders,
    commanders: team.commanders,
    escalation: team.escalation,
    platforms: team.platforms,
    pages: team.pagerduty !== undefined,
    secondRoute: secondRouteOf(team.second_route),
    discretion: createDiscretion(team.redact, team.evidence === 'quoted', secrets),
    resolveByNextRun: team.resolve_by_next_run,
  }
}

/** Patterns of all teams together, for what belongs to none of them or to any: logs, bodies that were not understood. */
export function discretionOfAll(config: Pick<Config, 'teams'>, secrets: readonly string[]): Discretion {
  return createDiscretion(
    Object.values(config.teams).flatMap(({ redact }) => redact),
    true,
    secrets,
  )
}

function secondRouteOf(route: Config['teams'][string]['second_route']): SecondRoute | null {
  if (route === undefined) return null
  return 'slack' in route ? { kind: 'slack', channel: route.slack } : { kind: 'webhook' }
}
