// What a schema cannot see: names that must exist elsewhere in the file, patterns that must compile.
import { reasonOf } from '../errors.ts'
import { patternProblem, wordFor } from '../alerts/discretion.ts'
import { createNormaliseJobName } from '../alerts/job-name.ts'
import { ACTIONS } from '../remediation/registry.ts'
import { nearest } from '../runbooks/nearest.ts'
import { compileRoute } from './routes.ts'
import { DEPLOY } from '../sources/deploy/index.ts'
import { SOURCES } from '../sources/registry.ts'
import type { ConfigProblem } from './load.ts'
import type { Config } from './schema.ts'

/** Every reference that leads nowhere. Pure. */
export function checkReferences(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const teams = Object.keys(config.teams)
  const platforms = Object.keys(config.platforms)
  const policies = Object.keys(config.escalation)
  const words = Object.values(config.teams).flatMap(({ redact }) => redact.map(({ name }) => wordFor(name)))
  const must = (path: readonly PropertyKey[], kind: string, name: string, known: Iterable<string>): void => {
    const list = [...known]
    if (list.includes(name)) return
    const close = nearest(name, list)
    const hint =
      close === null
        ? list.length === 0
          ? '; none is configured'
          : `; there are ${list.join(', ')}`
        : `; did you mean "${close}"?`
    problems.push({ path, message: `there is no ${kind} "${name}"${hint}` })
  }
  must(['routing', 'default_team'], 'team', config.routing.default_team, teams)
  for (const [index, route] of config.routing.routes.entries()) {
    must(['routing', 'routes', index, 'team'], 'team', route.team, teams)
    const wrong = attempt(() => compileRoute(route))
    if (wrong !== null) problems.push({ path: ['routing', 'routes', index, 'match'], message: wrong })
  }
  for (const [name, team] of Object.entries(config.teams)) {
    must(['teams', name, 'escalation'], 'escalation policy', team.escalation, policies)
    for (const [index, platform] of team.platforms.entries())
      must(['teams', name, 'platforms', index], 'platform', platform, platforms)
    // All together pass over what belongs to no team, so that none may match another's word.
    for (const [index, pattern] of team.redact.entries()) {
      const wrong = patternProblem(pattern, words)
      if (wrong !== null) problems.push({ path: ['teams', name, 'redact', index, 'pattern'], message: wrong })
    }
  }
  for (const action of Object.keys(config.actions))
    must(['actions', action], 'action', action, ACTIONS.keys())
  for (const [index, folder] of config.runbooks.folders.entries())
    if (typeof folder !== 'string') must(['runbooks', 'folders', index, 'team'], 'team', folder.team, teams)
  for (const [index, { name, team }] of config.runbooks.git.entries()) {
    if (team !== undefined) must(['runbooks', 'git', index, 'team'], 'team', team, teams)
    if (config.runbooks.git.slice(0, index).some((other) => other.name === name))
      problems.push({
        path: ['runbooks', 'git', index, 'name'],
        message: 'there is another repository of this name',
      })
  }
  for (const [source, { credentials }] of Object.entries(config.webhooks)) {
    must(['webhooks', source], 'alert source', source, [...SOURCES.keys(), DEPLOY])
    for (const [index, credential] of credentials.entries()) {
      for (const team of credential.teams ?? [])
        must(['webhooks', source, 'credentials', index, 'teams'], 'team', team, teams)
      for (const platform of credential.platforms ?? [])
        must(['webhooks', source, 'credentials', index, 'platforms'], 'platform', platform, platforms)
    }
  }
  for (const [name, { teams: served }] of Object.entries(config.rollback.webhooks))
    for (const [index, team] of (served ?? []).entries())
      must(['rollback', 'webhooks', name, 'teams', index], 'team', team, teams)
  for (const [index, token] of config.api.tokens.entries())
    for (const team of token.teams ?? []) must(['api', 'tokens', index, 'teams'], 'team', team, teams)
  const seen = (
    kind: string,
    path: readonly PropertyKey[],
    list: readonly { name: string; token: string }[],
  ): void => {
    for (const [index, { name, token }] of list.entries()) {
      const before = list.slice(0, index)
      if (before.some((other) => other.name === name))
        problems.push({ path: [...path, index, 'name'], message: `there is another ${kind} of this name` })
      const twin = before.find((other) => other.token === token)
      if (twin !== undefined)
        problems.push({
          path: [...path, index, 'token'],
          message: `the same secret as ${kind} "${twin.name}": which of the two speaks could not be told`,
        })
    }
  }
  for (const [source, { credentials }] of Object.entries(config.webhooks))
    seen('credential', ['webhooks', source, 'credentials'], credentials)
  seen('token', ['api', 'tokens'], config.api.tokens)
  const wrong = attempt(() => createNormaliseJobName(config.job_names.strip))
  if (wrong !== null) problems.push({ path: ['job_names', 'strip'], message: wrong })
  return problems
}

function attempt(work: () => unknown): string | null {
  try {
    work()
    return null
  } catch (error) {
    return reasonOf(error)
  }
}
