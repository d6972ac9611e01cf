// Every environment variable that the product reads. A test holds this table against the code.

export interface Variable {
  readonly name: string
  /** Empty: there is none. */
  readonly otherwise: string
  /** Whether NAME_FILE is read as well. */
  readonly file: boolean
  readonly meaning: string
}

const variable = (name: string, meaning: string, otherwise = '', file = false): Variable => ({
  name,
  meaning,
  otherwise,
  file,
})

export const VARIABLES: readonly Variable[] = [
  variable('SLACK_BOT_TOKEN', 'bot token, `xoxb-`; required', '', true),
  variable('SLACK_APP_TOKEN', 'app-level token with `connections:write`, `xapp-`; required', '', true),
  variable('SLACK_API_URL', 'another address of Slack’s Web API', 'https://slack.com/api/', true),
  variable('SLACK_SIGNING_SECRET', 'kept out of logs; Socket Mode needs none', '', true),
  variable('PAGERDUTY_API_TOKEN', 'REST API key, for `arrestor doctor`', '', true),
  variable('PAGERDUTY_EVENTS_URL', 'where events go, before `pagerduty.events_url`', '', true),
  variable('PAGERDUTY_API_URL', 'where the REST API is, before `pagerduty.api_url`', '', true),
  variable('DATABASE_URL', 'a PostgreSQL server, 15 or newer; without it the store is embedded', '', true),
  variable(
    'ARRESTOR_DATA_DIR',
    'folder of the embedded store, of checkouts of runbooks, and of the sandbox; local, not NFS',
    'data',
    true,
  ),
  variable('ARRESTOR_CONFIG', 'the configuration file', 'arrestor.yml'),
  variable(
    'ARRESTOR_CA_FILE',
    'PEM of a certificate authority to trust beside Node’s own, for PagerDuty and for git',
  ),
  variable(
    'HTTPS_PROXY',
    'proxy for PagerDuty and for webhooks under `rollback.webhooks`, over http as over https; Slack does not use it',
    '',
    true,
  ),
  variable(
    'NO_PROXY',
    'hosts that these reach without the proxy, with commas: `ci.internal,.example.com`',
    '',
    true,
  ),
  variable('KUBERNETES_SERVICE_HOST', 'set by Kubernetes in its pods; `auth: { type: in_cluster }` needs it'),
  variable('PORT', 'what the service listens on', '3000'),
  variable('LOG_LEVEL', '`trace`, `debug`, `info`, `warn`, `error`', 'info'),
  variable('ARRESTOR_URL', 'where the command line finds a running service', 'http://127.0.0.1:3000'),
  variable('ARRESTOR_TOKEN', 'an API token, for the command line'),
  variable('ARRESTOR_WEBHOOK_TOKEN', 'a webhook token, for `arrestor alert send`', '$ARRESTOR_TOKEN'),
]
