// Slack's part of the configuration: secrets come from the environment alone.
import type { SlackTokens } from './client.ts'

export const SLACK_API_URL = 'https://slack.com/api/'

/** The tokens, read with `read(name, wantedBy)`, which throws ARR-103 when a required one is missing. */
export function slackFromEnvironment(
  read: (name: string, wantedBy: string) => string,
  apiUrl: string | undefined,
): SlackTokens {
  const url = apiUrl ?? SLACK_API_URL
  return {
    botToken: read('SLACK_BOT_TOKEN', 'Slack (Install App > Bot User OAuth Token)'),
    appToken: read(
      'SLACK_APP_TOKEN',
      'Slack Socket Mode (Basic Information > App-Level Tokens, scope connections:write)',
    ),
    apiUrl: url.endsWith('/') ? url : `${url}/`,
  }
}
