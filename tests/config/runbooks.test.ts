// Where runbooks come from, as arrestor.yml says it: folders, repositories, and every way to get them wrong.
import { describe, expect, it } from 'vitest'
import { transportOf } from '../../src/checkout/config.ts'
import { parseConfig } from '../../src/config/load.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { ENVIRONMENT, GOOD, SECRET, problemsOf } from './support.ts'

const config = (runbooks: string): ReturnType<typeof parseConfig> =>
  parseConfig(`${GOOD}runbooks: ${runbooks}\n`, 'arrestor.yml', ENVIRONMENT)
const wrong = (runbooks: string): string[] => problemsOf(`${GOOD}runbooks: ${runbooks}\n`)
const git = (keys: string): string => `{ git: [{ name: platform, ${keys} }] }`

describe('folders', () => {
  it('are the shipped ones without a word, shared as texts, a team’s as mappings', () => {
    expect(parseConfig(GOOD, 'arrestor.yml', ENVIRONMENT).runbooks.folders).toEqual(['runbooks'])
    const { folders } = config('{ folders: [a, { path: b, team: streaming }] }').runbooks
    expect(folders).toEqual(['a', { path: 'b', team: 'streaming' }])
  })

  it.each([
    ['of a team that is none', '{ folders: [{ path: b, team: streming }] }', /did you mean "streaming"/],
    ['without a team', '{ folders: [{ path: b }] }', /folders\.0/],
    ['of an unknown key', '{ folders: [{ path: b, team: streaming, ref: x }] }', /folders\.0/],
    ['none at all', '{ folders: [] }', /at least one folder or repository/],
    ['an empty one', '{ folders: [""] }', /folders\.0/],
  ])('refuses %s, with its place', (_what, text, words) => {
    expect(wrong(text).join('\n')).toMatch(words)
    expect(wrong(text)[0]).toMatch(/^arrestor\.yml:23:\d+: runbooks/)
  })

  it('may be left to repositories alone', () => {
    expect(config('{ folders: [], git: [{ name: a, url: ../repo }] }').runbooks.git).toHaveLength(1)
  })
})

describe('repositories', () => {
  it('need a name and an address; the rest has its default', () => {
    expect(config(git('url: https://git.example/a.git')).runbooks.git).toEqual([
      {
        name: 'platform',
        url: 'https://git.example/a.git',
        path: '.',
        every: 60_000,
        username: 'x-access-token',
      },
    ])
  })

  it.each([
    ['https://git.example/a/b.git', 'https'],
    ['ssh://git@git.example:2222/a.git', 'ssh'],
    ['git@git.example:a/b.git', 'ssh'],
    ['git.example:a.git', 'ssh'],
    ['/srv/git/a.git', 'file'],
    ['./a', 'file'],
    ['../a', 'file'],
    ['repos/a.git', 'file'],
    ['http://git.example/a.git', 'http'],
  ])('%s is reached by %s', (url, transport) => expect(transportOf(url)).toBe(transport))

  it.each([
    '-uhttps://x/y',
    '--upload-pack=touch /tmp/x',
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'file:///etc',
    'ftp://git.example/a',
    'git://git.example/a',
    'https://',
    'https://a b/c',
    '-o:x',
    '',
    'a\u0000b',
  ])('%j is no address', (url) => {
    expect(transportOf(url)).toBeNull()
    expect(wrong(git(`url: ${JSON.stringify(url)}`)).join('\n')).toMatch(/runbooks\.git\.0\.url: /)
  })

  it.each([
    ['a secret in the address', `url: 'https://me:${SECRET}@git.example/a'`, /use `token`/],
    ['a name in the address', `url: 'https://${SECRET}@git.example/a'`, /use `token`/],
    ['a password over ssh', `url: 'ssh://git:${SECRET}@git.example/a'`, /use `token`/],
    ['a token over plain http', `url: 'http://git.example/a', token: '${SECRET}'`, /over https alone/],
    ['a token over ssh', `url: 'git@git.example:a', token: '${SECRET}'`, /over https alone/],
    ['a key over https', `url: 'https://git.example/a', ssh_key_file: /k`, /for ssh addresses/],
    ['a team that is none', `url: /a, team: streming`, /did you mean "streaming"/],
    ['an option for a ref', `url: /a, ref: --upload-pack=x`, /a branch, a tag or a full commit id/],
    ['a range for a ref', `url: /a, ref: a..b`, /a branch, a tag/],
    ['a pattern for a ref', `url: /a, ref: 'release-*'`, /a branch, a tag/],
    ['a refspec for a ref', `url: /a, ref: '+a:b'`, /a branch, a tag/],
    ['a folder outside', `url: /a, path: ../../etc`, /a folder of the repository/],
    ['a folder from the root', `url: /a, path: /etc`, /a folder of the repository/],
    ['looking too often', `url: /a, every: 1s`, /at least 10s/],
    ['a key that is none', `url: /a, branch: main`, /branch/],
    ['a token with a line break', `url: 'https://g.example/a', token: "a\\nb"`, /a token that is not empty/],
  ])('refuses %s, with its place and without the secret', (_what, keys, words) => {
    const said = wrong(git(keys)).join('\n')
    expect(said).toMatch(words)
    expect(said).toMatch(/^arrestor\.yml:23:\d+: runbooks\.git\.0/)
    expect(said).not.toContain(SECRET)
  })

  it('refuses two of one name: which of them a message means could not be told', () => {
    expect(wrong('{ git: [{ name: a, url: /a }, { name: a, url: /b }] }').join('\n')).toContain(
      'another repository of this name',
    )
  })

  it('may send a token to this very machine over http', () => {
    for (const host of ['localhost:3000', '127.0.0.1', '[::1]:80'])
      expect(wrong(git(`url: 'http://${host}/a', token: t`))).toEqual([])
  })

  it('its token and the webhooks’ secrets are taken out of logs, as they are and as they are sent', () => {
    const secrets = secretsOf(
      config(
        "{ webhook_secrets: [hook-secret], git: [{ name: a, url: 'https://g.example/a', token: tok, username: u }] }",
      ),
      {},
    )
    expect(secrets).toEqual(
      expect.arrayContaining(['hook-secret', 'tok', Buffer.from('u:tok').toString('base64')]),
    )
  })
})
