// The processes that make tokens: one for each identity, asked in turn, for who still waits; another where it ended or hangs.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokens } from '../../../src/platforms/kerberos/tokens.ts'

const ASK = { principal: 'arrestor@EXAMPLE.COM', keytab: null, service: 'HTTP/rm1' }
const NEVER = new AbortController().signal
/** What is said of a KDC that does not answer it. */
const SILENT = {
  failed: 'unreachable',
  why: 'no KDC of EXAMPLE.COM answered arrestor@EXAMPLE.COM within 15 s (for HTTP/silent); it is asked again after a pause of 10 s',
}

const started: ChildProcess[] = []
// Processes and their pipes are real; how long we wait for them is up to the test.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  vi.useRealTimers()
  started.splice(0).map((child) => child.kill('SIGKILL'))
})

/** A process of these lines, with `answer(id, made)`. */
function childOf(lines: string): () => ChildProcess {
  const code = `const answer = (id, made) => process.send({ id, made })
    process.on('disconnect', () => process.exit())
    process.on('message', ({ id, ask: { principal, keytab, service } }) => { ${lines} })`
  return () => {
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.push(child)
    return child
  }
}

/** Waits without end for `HTTP/silent`; any other token is the process it came from. */
const silentAt = childOf("if (service === 'HTTP/silent') for (;;); else answer(id, { token: process.pid })")
const ended = (child: ChildProcess | undefined): Promise<unknown> =>
  expect.poll(() => child?.exitCode ?? child?.signalCode).not.toBeNull()
const hasStarted = (count: number): Promise<unknown> => expect.poll(() => started).toHaveLength(count)

describe('tokens', () => {
  it('come from one process for one identity', async () => {
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
  ])('one that %s is said and gone, and the next token starts another', async (_what, trouble, said) => {
    const lines = `if (service === 'HTTP/bad') { ${trouble} } else answer(id, { token: service })`
    const tokens = createTokens(childOf(lines))
    expect(await tokens({ ...ASK, service: 'HTTP/bad' }, NEVER)).toEqual(said)
    await ended(started[0])
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

describe('a silent KDC', () => {
  const silent = { ...ASK, service: 'HTTP/silent' }
  const others = [
    { ...ASK, principal: 'other@ELSEWHERE.COM' },
    { ...ASK, keytab: '/k/arrestor.keytab' },
  ]

  it.each(others)('of one identity neither delays nor ends that of another: %j', async (other) => {
    const tokens = createTokens(silentAt)
    const waiting = tokens(silent, NEVER)
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens(other, NEVER)))
    expect(new Set(all.map((made) => JSON.stringify(made)))).toHaveProperty('size', 1)
    vi.advanceTimersByTime(15_000)
    expect(await waiting).toEqual(SILENT)
    await ended(started[0])
    expect(await tokens(other, NEVER)).toEqual(all[0])
    expect(started).toHaveLength(2)
  })

  it('is let be for a while: who waited and who comes is told at once, and then another process is started', async () => {
    const tokens = createTokens(silentAt)
    const waiting = [tokens(silent, NEVER), tokens(ASK, NEVER), tokens(silent, NEVER)]
    await hasStarted(1)
    vi.advanceTimersByTime(15_000)
    expect(await Promise.all(waiting)).toEqual([SILENT, SILENT, SILENT])
    vi.advanceTimersByTime(9_999)
    expect(await tokens(ASK, NEVER)).toEqual(SILENT)
    expect(started).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(await tokens(ASK, NEVER)).toEqual({ token: started[1]?.pid })
  })

  it('may be that of the realm of the service', async () => {
    const across = createTokens(childOf('for (;;);'))({ ...ASK, service: 'HTTP/b@B.COM' }, NEVER)
    await hasStarted(1)
    vi.advanceTimersByTime(15_000)
    expect(await across).toHaveProperty('why', expect.stringContaining('no KDC of EXAMPLE.COM or B.COM answered'))
  }) // prettier-ignore
})

describe('a process', () => {
  it('ends when it was idle for five minutes since its last token, and another is started when one is wanted', async () => {
    const tokens = createTokens(silentAt)
    await tokens(ASK, NEVER)
    vi.advanceTimersByTime(299_999)
    const [first] = started
    expect(await tokens(ASK, NEVER)).toEqual({ token: first?.pid })
    vi.advanceTimersByTime(299_999)
    expect(await tokens(ASK, NEVER)).toEqual({ token: first?.pid })
    vi.advanceTimersByTime(300_000)
    await ended(first)
    expect(await tokens(ASK, NEVER)).toEqual({ token: started[1]?.pid })
  })

  it('ends with ours, though it hears nothing', async () => {
    const tokens = new URL('../../../src/platforms/kerberos/tokens.ts', import.meta.url).href
    // Its output is that of the process that starts it: who reads that waits for both.
    const code = `import { spawn } from 'node:child_process'
      import { createTokens } from '${tokens}'
      const hangs = 'process.send(null); process.on("disconnect", () => {}); setTimeout(() => {}, 60_000)'
      const start = () => spawn(process.execPath, ['-e', hangs], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] }).on('message', () => process.exit())
      for (const principal of ['a@A.COM', 'b@B.COM']) createTokens(start)({ principal, keytab: null, service: 'HTTP/x' }, new AbortController().signal)`
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  })
})
