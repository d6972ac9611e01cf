// The process that makes tokens: in turn, for who still waits, and another one where it has ended or hangs.
import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { createTokens } from '../../../src/platforms/kerberos/tokens.ts'

const ASK = { principal: 'arrestor@EXAMPLE.COM', keytab: null, service: 'HTTP/rm1' }
const NEVER = new AbortController().signal

const started: ChildProcess[] = []
afterEach(() => started.splice(0).map((child) => child.kill('SIGKILL')))

/** A process of these lines, with `answer(id, made)`. */
function childOf(lines: string): () => ChildProcess {
  const code = `const answer = (id, made) => process.send({ id, made })
    process.on('disconnect', () => process.exit())
    process.on('message', ({ id, ask: { service } }) => { ${lines} })`
  return () => {
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.push(child)
    return child
  }
}

describe('tokens', () => {
  it('come from one process', async () => {
    const tokens = createTokens(childOf('answer(id, { token: service })'))
    const services = ['HTTP/a', 'HTTP/b', 'HTTP/c']
    expect(await Promise.all(services.map((service) => tokens({ ...ASK, service }, NEVER)))).toEqual(
      services.map((token) => ({ token })),
    )
    expect(started).toHaveLength(1)
  })

  it.each([
    ['dies', 'process.kill(process.pid, "SIGSEGV")', { failed: 'absent', why: 'its process ended (SIGSEGV)' }],
    ['ends', 'process.exit(3)', { failed: 'absent', why: 'its process ended (3)' }],
    ['hangs', 'for (;;);', { failed: 'unreachable', why: 'no KDC answered within 2 s' }],
  ])('one that %s is said and gone, and the next token starts another', async (_what, trouble, said) => {
    const lines = `if (service === 'HTTP/bad') { ${trouble} } else answer(id, { token: service })`
    const tokens = createTokens(childOf(lines), 2000)
    expect(await tokens({ ...ASK, service: 'HTTP/bad' }, NEVER)).toEqual(said)
    const [first] = started
    await expect.poll(() => first?.exitCode ?? first?.signalCode).not.toBeNull()
    expect(await tokens(ASK, NEVER)).toEqual({ token: 'HTTP/rm1' })
    expect(started).toHaveLength(2)
  }) // prettier-ignore

  it('what cannot be started is said', async () => {
    const tokens = createTokens(() => spawn('/nowhere/node', [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }))
    expect(await tokens(ASK, NEVER)).toEqual({ failed: 'absent', why: 'its process failed: spawn /nowhere/node ENOENT' })
  }) // prettier-ignore

  it('who has no time left is not asked for, and holds nobody up', async () => {
    // A token tells all that was asked for so far.
    const tokens = createTokens(
      childOf(`globalThis.asked = [...(globalThis.asked ?? []), service]
        const all = asked.join(' ')
        if (service === 'HTTP/slow') setTimeout(() => answer(id, { token: all }), 200)
        else answer(id, { token: all })`),
    )
    const [slow, gone] = [new AbortController(), new AbortController()]
    const left = Promise.allSettled([
      tokens({ ...ASK, service: 'HTTP/slow' }, slow.signal),
      tokens({ ...ASK, service: 'HTTP/gone' }, gone.signal),
    ])
    const third = tokens({ ...ASK, service: 'HTTP/next' }, NEVER)
    // The first is asked for in the next turn; nobody waits for it then.
    setImmediate(() => slow.abort(new Error('too late')))
    gone.abort(new Error('too late'))
    expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await third).toEqual({ token: 'HTTP/slow HTTP/next' })
  })
})
