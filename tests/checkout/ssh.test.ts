// A repository behind ssh: what ssh is started with, seen by a stand-in for it, and what its refusals read like.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { HAS_GIT, book, createOrigin, follow, sourceOf, temporary } from './support.ts'

/** A folder with an `ssh` that notes its arguments, a line each, and does `then`. */
function standIn(then: string): { PATH: string; args: () => string[] } {
  const bin = temporary()
  const log = path.join(bin, 'args')
  writeFileSync(path.join(bin, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\n${then}\n`, {
    mode: 0o755,
  })
  return {
    PATH: `${bin}:${process.env['PATH']}`,
    args: () => readFileSync(log, 'utf8').split('\n'),
  }
}

describe.skipIf(!HAS_GIT)('over ssh', { timeout: 60_000 }, () => {
  test('the repository is read by what ssh is asked to run there', async () => {
    const origin = createOrigin()
    const commit = origin.push({ 'a.md': book('a') })
    // The last argument is the command for the other end; here it is run on this one.
    const { PATH, args } = standIn('for last; do :; done; exec sh -c "$last"')
    const { checkouts, failures } = await follow([sourceOf({ url: `ssh://git@git.example${origin.bare}` })], {
      environment: { PATH },
    })
    await checkouts.look()
    expect(failures).toEqual([])
    expect(checkouts.states()[0]?.commit).toBe(commit)
    expect(args()).toEqual(
      expect.arrayContaining(['BatchMode=yes', 'StrictHostKeyChecking=yes', 'git@git.example']),
    )
  })

  test('key and known hosts are handed over whole, whatever their paths hold', async () => {
    const { PATH, args } = standIn('exit 1')
    const mark = path.join(temporary(), 'ran')
    const key = `/run/it's a "key"; touch ${mark}; $(touch ${mark})`
    const { checkouts } = await follow(
      [sourceOf({ url: 'git@git.example:a.git', ssh_key_file: key, known_hosts_file: '/etc/known hosts' })],
      { environment: { PATH } },
    )
    await checkouts.look()
    expect(args()).toEqual(
      expect.arrayContaining(['IdentitiesOnly=yes', '-i', key, 'UserKnownHostsFile=/etc/known hosts']),
    )
    expect(() => readFileSync(mark)).toThrow('ENOENT')
  })

  test.each([
    ['Host key verification failed.', /the host’s key is not among the known ones/],
    ['git@git.example: Permission denied (publickey).', /the token or key is missing or refused/],
    ['ssh: Could not resolve hostname git.example: Name or service not known', /the host has no address/],
  ])('%s', async (line, words) => {
    const { PATH } = standIn(`echo '${line}' >&2; exit 255`)
    const { checkouts, failures } = await follow([sourceOf({ url: 'git@git.example:a.git' })], {
      environment: { PATH },
    })
    await checkouts.look()
    expect(failures[0]?.message).toMatch(words)
  })
})
