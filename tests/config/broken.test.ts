// Every mistake in arrestor.yml is refused with its line, its column, what is wrong with the value, and the mend.
import { describe, expect, it } from 'vitest'
import { GOOD, but, problemsOf } from './support.ts'

describe('a broken configuration', () => {
  it('is not this one', () => expect(problemsOf(GOOD)).toEqual([]))

  it.each<[string, () => string, string, RegExp]>([
    ['an unclosed list', () => but('[prod]', '[prod'), '5:5', /end with a \]/],
    ['a tab', () => 'teams:\n\tdata: 1\n', '2:1', /Tabs are not allowed/],
    [
      'a key that stands twice',
      () => `${GOOD}routing: { default_team: streaming }\n`,
      '23:1',
      /must be unique/,
    ],
    ['two documents', () => `${GOOD}---\n${GOOD}`, '23:1', /multiple documents/],
    ['a list at the top', () => '- teams\n', '1:1', /the file: must be a mapping, and is a list/],
    [
      'no teams',
      () => GOOD.slice(GOOD.indexOf('routing:')),
      '1:1',
      /teams: this key is missing; it takes a mapping/,
    ],
    [
      'an empty mapping of teams',
      () => `teams: {}\n${GOOD.slice(GOOD.indexOf('routing:'))}`,
      '1:1',
      /at least one team/,
    ],
    [
      'an unknown key at the top',
      () => but('api:', 'apis:'),
      '20:1',
      /apis: this key is not known here; did you mean "api"\?/,
    ],
    [
      'an unknown key deep down',
      () => but('master_url', 'master_ulr'),
      '11:35',
      /did you mean "master_url"\?/,
    ],
    [
      'an unknown key like no other',
      () => but('api:', 'zzzzzzzz: 1\napi:'),
      '20:1',
      /not known here; there are service, teams/,
    ],
    [
      'a missing key',
      () => but('    channel: C0STREAM\n', '    platforms: []\n'),
      '6:3',
      /streaming.channel: this key is missing; it takes a text/,
    ],
    ['a number for a text', () => but('C0DATA', '12'), '3:5', /must be a text, and is a number/],
    ['a text for a list', () => but('[prod]', 'prod'), '4:5', /must be a list, and is a text/],
    [
      'a text for a yes or no',
      () => but('page: true', 'page: "yes"'),
      '15:22',
      /must be true or false, and is a text/,
    ],
    ['a channel by name', () => but('C0DATA', '"#data"'), '3:5', /a Slack channel id such as C0123ABCD/],
    [
      'a person by name',
      () => but('C0STREAM', 'C0STREAM\n    responders: [alice]'),
      '8:18',
      /a Slack user id/,
    ],
    [
      'a team with a blank',
      () => but('  streaming:', '  Streaming Team:'),
      '6:3',
      /must be a name of lower-case letters/,
    ],
    [
      'a default team that is none',
      () => but('default_team: data-platform', 'default_team: data-platfrom'),
      '9:3',
      /there is no team "data-platfrom"; did you mean "data-platform"\?/,
    ],
    [
      'a route to nowhere',
      () => but('routing:', 'routing:\n  routes: [{ team: nobody, match: [a="b"] }]'),
      '9:14',
      /there is no team "nobody"; there are data-platform, streaming/,
    ],
    [
      'a route that cannot be read',
      () => but('routing:', 'routing:\n  routes: [{ team: streaming, match: [\'a=~"("\'] }]'),
      '9:31',
      /the pattern of a is no RE2 expression/,
    ],
    [
      'a policy that is none',
      () => but('C0STREAM', 'C0STREAM\n    escalation: urgnt'),
      '8:5',
      /there is no escalation policy "urgnt"; there are default/,
    ],
    [
      'a platform that is none',
      () => but('[prod]', '[prod, pord]'),
      '4:23',
      /there is no platform "pord"; did you mean "prod"\?/,
    ],
    ['a platform of no known kind', () => but('spark-standalone', 'spark-yarn'), '11:11', /spark-standalone/],
    [
      'an address of another protocol',
      () => but('http://m', 'ftp://m'),
      '11:35',
      /must be an http or https address/,
    ],
    [
      'an action that is none',
      () => `${GOOD}actions: { spark.kill: { requires: commander } }\n`,
      '23:12',
      /there is no action "spark.kill"/,
    ],
    [
      'a role that is none',
      () => `${GOOD}actions: { spark.kill-application: { requires: boss } }\n`,
      '23:38',
      /"viewer"\|"responder"\|"commander"/,
    ],
    ['a duration in words', () => but('5m', '5 minutes'), '15:11', /a duration such as 90s, 5m or 1h/],
    ['a duration without a unit', () => but('5m', '300'), '15:11', /must be a text, and is a number/],
    [
      'steps out of order',
      () => but('page: true }', 'page: true }\n      - { after: 1m }'),
      '16:11',
      /due before the one above it/,
    ],
    [
      'repeats without a pause',
      () => but('page: true', 'repeat: { every: 0s, times: 3 }'),
      '15:32',
      /at least 1s/,
    ],
    [
      'a policy without steps',
      () => but('    steps:\n      - { after: 5m, page: true }', '    steps: []'),
      '14:5',
      /steps/,
    ],
    [
      'an alert source that is none',
      () => but('alertmanager:', 'alertmanger:'),
      '17:3',
      /there is no alert source "alertmanger"; did you mean "alertmanager"\?/,
    ],
    [
      'a source without credentials',
      () => but("- { name: prom, token: '${TOKEN}' }", '[]'),
      '18:5',
      /credentials/,
    ],
    [
      'a credential for a team that is none',
      () => but("token: '${TOKEN}' }", "token: '${TOKEN}', teams: [nobody] }"),
      '19:42',
      /there is no team "nobody"/,
    ],
    [
      'a credential for no team at all',
      () => but("token: '${TOKEN}' }", "token: '${TOKEN}', teams: [] }"),
      '19:42',
      /leave the key out for all/,
    ],
    ['an empty token', () => but("'${TOKEN}'", "''"), '19:23', /a secret that is not empty/],
    [
      'two credentials of one secret',
      () =>
        but(
          "- { name: prom, token: '${TOKEN}' }",
          "- { name: prom, token: '${TOKEN}' }\n      - { name: other, token: '${TOKEN}' }",
        ),
      '20:24',
      /the same secret as credential "prom"/,
    ],
    [
      'two tokens of one name',
      () =>
        but(
          "- { name: cli, token: '${API_TOKEN}' }",
          "- { name: cli, token: '${API_TOKEN}' }\n    - { name: cli, token: other-token }",
        ),
      '23:9',
      /another token of this name/,
    ],
    [
      'a token for a team that is none',
      () => but("token: '${API_TOKEN}' }", "token: '${API_TOKEN}', teams: [nobody] }"),
      '22:43',
      /there is no team "nobody"/,
    ],
    [
      'a job name pattern that cannot be',
      () => `${GOOD}job_names: { strip: ['('] }\n`,
      '23:14',
      /missing closing \)/,
    ],
    [
      'a second route of no kind',
      () => but('C0STREAM', 'C0STREAM\n    second_route: { webhok: true }'),
      '8:21',
      /webhok/,
    ],
    [
      'an events address that is none',
      () => `${GOOD}events: { webhooks: [{ url: example.com, secret: s }] }\n`,
      '23:24',
      /events.webhooks.0.url/,
    ],
  ])('%s', (_what, text, place, words) => {
    const problems = problemsOf(text())
    expect(problems.join('\n')).toContain(`arrestor.yml:${place}: `)
    expect(problems.filter((line) => line.startsWith(`arrestor.yml:${place}: `)).join('\n')).toMatch(words)
  })

  it('says everything that is wrong at once', () => {
    const text = GOOD.replace('C0DATA', '12').replace('5m', 'soon').replace('api:', 'apis:')
    expect(problemsOf(text)).toHaveLength(3)
  })

  it('an empty file asks for what every file needs', () => {
    for (const text of ['', '# nothing\n'])
      expect(problemsOf(text)).toEqual(
        ['teams', 'routing', 'escalation'].map((key) =>
          expect.stringContaining(`arrestor.yml:1:1: ${key}: this key is missing`),
        ),
      )
  })

  it('an alias without its anchor, and one that swells, are mistakes of the file', () => {
    expect(problemsOf(but('C0DATA', '*nowhere'))).toEqual([
      expect.stringMatching(/^arrestor\.yml: Unresolved alias/),
    ])
    const ten = (name: string): string => `[${Array.from({ length: 10 }, () => `*${name}`).join(',')}]`
    expect(problemsOf(`a: &a [x]\nb: &b ${ten('a')}\nc: &c ${ten('b')}\nd: ${ten('c')}\n${GOOD}`)).toEqual([
      expect.stringContaining('Excessive alias count'),
    ])
  })
})
