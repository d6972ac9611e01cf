// Every secret that the configuration and the environment hold, in one list (P12).
import { platformSecrets } from '../platforms/registry.ts'
import { type Environment, readVariable } from './environment.ts'
import type { Config } from './schema.ts'

/** Every secret of the configuration and the environment, for gates and the logger to take out. */
export function secretsOf(config: Config, environment: Environment): string[] {
  const names = [
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_SIGNING_SECRET',
    'PAGERDUTY_API_TOKEN',
    'DATABASE_URL',
  ]
  return [
    ...names.flatMap((name) => readVariable(environment, name) ?? []),
    // Drivers and proxies quote parts of an address in their errors: its password is a secret of its own.
    ...['DATABASE_URL', 'HTTPS_PROXY'].flatMap((name) => passwordIn(readVariable(environment, name))),
    ...Object.values(config.teams).flatMap((team) => team.pagerduty?.routing_key ?? []),
    ...Object.values(config.webhooks).flatMap(({ credentials }) => credentials.map(({ token }) => token)),
    ...config.api.tokens.map(({ token }) => token),
    ...config.events.webhooks.map(({ secret }) => secret),
    ...Object.values(config.rollback.webhooks).flatMap(({ url, secret }) => [secret, ...passwordIn(url)]),
    ...(config.pagerduty.api_token === undefined ? [] : [config.pagerduty.api_token]),
    ...config.pagerduty.webhook_secrets,
    ...config.runbooks.webhook_secrets,
    ...config.runbooks.git.flatMap(({ username, token }) =>
      token === undefined ? [] : [token, Buffer.from(`${username}:${token}`).toString('base64')],
    ),
    ...Object.values(config.platforms).flatMap(platformSecrets),
  ]
}

/** The password in an address, as it stands there and as it is meant. */
function passwordIn(address: string | undefined): string[] {
  const written = URL.parse(address ?? '')?.password ?? ''
  if (written === '') return []
  try {
    return [written, decodeURIComponent(written)]
  } catch {
    return [written]
  }
}
