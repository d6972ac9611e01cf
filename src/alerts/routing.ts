// Whose an alert is: the team label, else the first route that matches, else the default team; and why.

export interface Route {
  readonly team: string
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean
}

export interface Routing {
  readonly label: string
  readonly routes: readonly Route[]
  readonly defaultTeam: string
  readonly teams: ReadonlySet<string>
}

export type RoutingReason = 'team_label' | 'route' | 'default_team'

export interface Routed {
  readonly team: string
  readonly reason: RoutingReason
}

/** The team that owns an alert with these labels. Pure. */
export function routeAlert(routing: Routing, labels: Readonly<Record<string, string>>): Routed {
  const named = labels[routing.label]
  if (named !== undefined && routing.teams.has(named)) return { team: named, reason: 'team_label' }
  const route = routing.routes.find((candidate) => candidate.matches(labels))
  if (route !== undefined) return { team: route.team, reason: 'route' }
  return { team: routing.defaultTeam, reason: 'default_team' }
}
