// Who and what the sandbox begins with: a workspace, four people, two teams, their PagerDuty services.
import type { PdService, PdUser } from './pagerduty/types.ts'
import type { WorkspaceSeed } from './slack/types.ts'

/** The secrets of the sandbox. They are printed in the open because nothing but the sandbox accepts them. */
export const TOKENS = {
  slackBot: 'xoxb-sandbox',
  slackApp: 'xapp-sandbox',
  slackSigningSecret: 'sandbox-signing-secret',
  pagerdutyApi: 'sandbox-pagerduty-token',
  pagerdutyWebhookSecret: 'sandbox-pagerduty-webhook-secret',
  rollbackSecret: 'sandbox-rollback-secret',
} as const

const BOT = { id: 'U0ARRESTOR', name: 'Arrestor' } as const

/** A person of the sandbox; `role` says in one phrase what they may do. */
export type Person = {
  id: string
  name: string
  realName: string
  email: string
  role: string
  pagerdutyId?: string
}

/** Four people, one for each answer to "may they press this?". */
export const PEOPLE: readonly Person[] = [
  {
    id: 'U0ALICE',
    name: 'alice',
    realName: 'Alice Moreau',
    email: 'alice@example.com',
    role: 'On call for data-platform',
    pagerdutyId: 'PALICE1',
  },
  {
    id: 'U0BOB',
    name: 'bob',
    realName: 'Bob Okafor',
    email: 'bob@example.com',
    role: 'Incident commander',
    pagerdutyId: 'PBOB001',
  },
  {
    id: 'U0CAROL',
    name: 'carol',
    realName: 'Carol Lindqvist',
    email: 'carol@example.com',
    role: 'On call for streaming',
    pagerdutyId: 'PCAROL1',
  },
  {
    id: 'U0MALLORY',
    name: 'mallory',
    realName: 'Mallory Quinn',
    email: 'mallory@example.com',
    role: 'Nobody’s responder',
  },
]

const EVERYBODY = [BOT.id, ...PEOPLE.map((person) => person.id)]

/** The workspace "arrestor-sandbox". Everybody is in every channel: what they may do is not Slack's to say. */
export const WORKSPACE: WorkspaceSeed = {
  team: { id: 'T0SANDBOX', domain: 'arrestor-sandbox' },
  botUser: BOT,
  botToken: TOKENS.slackBot,
  appToken: TOKENS.slackApp,
  // Those of manifest.yml: what the app was not installed with, Slack refuses.
  scopes: [
    'chat:write',
    'commands',
    'channels:history',
    'groups:history',
    'channels:read',
    'groups:read',
    'files:write',
    'usergroups:read',
  ],
  users: PEOPLE.map(({ id, name, realName, email }) => ({ id, name, realName, email })),
  channels: [
    { id: 'C0DATA', name: 'data-platform-alerts', members: EVERYBODY },
    { id: 'C0STREAM', name: 'streaming-alerts', members: EVERYBODY },
    { id: 'C0GENERAL', name: 'general', members: EVERYBODY },
  ],
  commands: [
    {
      command: '/spark',
      description: 'Incidents of your Spark platform: list, show, acknowledge, resolve',
      usageHint:
        'list | show <number> | ack <number> | resolve <number> | note <number> <text> | runbook <verb> | doctor | help',
    },
  ],
}

/** Two services, one for each team; a routing key is 32 letters and digits, as PagerDuty's own. */
export const PAGERDUTY_SERVICES: readonly PdService[] = [
  {
    id: 'PDATA01',
    name: 'data-platform',
    routingKey: 'sandboxdataplatform0000000000000',
    escalationPolicy: { id: 'PESCDAT', name: 'data-platform on call' },
  },
  {
    id: 'PSTREAM',
    name: 'streaming',
    routingKey: 'sandboxstreaming0000000000000000',
    escalationPolicy: { id: 'PESCSTR', name: 'streaming on call' },
  },
]

/** Those of the people who have a PagerDuty account: the same e-mail addresses, as in real life. */
export const PAGERDUTY_USERS: readonly PdUser[] = PEOPLE.flatMap((person) =>
  person.pagerdutyId === undefined
    ? []
    : [{ id: person.pagerdutyId, name: person.realName, email: person.email }],
)
