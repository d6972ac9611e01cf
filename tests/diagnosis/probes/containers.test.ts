// run.containers: what became of a run's containers is told in the platform's words, worst first, and nothing is invented.
import { describe, expect, it } from 'vitest'
import { containers } from '../../../src/diagnosis/probes/containers.ts'
import type { Finding, Outputs } from '../../../src/diagnosis/model.ts'
import type { PlatformEvent, RunContainer } from '../../../src/ports.ts'
import { NOW, type World, contextOf, readerOf } from '../support.ts'

const POD = 'https://kubernetes/api/v1/namespaces/etl/pods/orders-exec-1'
const PODS = 'https://kubernetes/api/v1/namespaces/etl/pods?labelSelector=spark-app-selector%3Dspark-3f1a'
const EVENTS = 'https://kubernetes/api/v1/namespaces/etl/events?fieldSelector=reason%3DBackOff'

function container(change: Partial<RunContainer> = {}): RunContainer {
  return {
    id: 'orders-exec-1',
    role: 'executor',
    state: 'running',
    reason: null,
    message: null,
    exitCode: null,
    restarts: 0,
    node: 'node-a',
    startedAt: NOW,
    endedAt: null,
    memoryLimitBytes: 1433 * 2 ** 20,
    link: POD,
    listedAt: PODS,
    ...change,
  }
}

const ended = (
  reason: string | null,
  exitCode: number | null,
  change: Partial<RunContainer> = {},
): RunContainer => container({ state: 'ended', reason, exitCode, ...change })

const warning = (reason: string, text: string, change: Partial<PlatformEvent> = {}): PlatformEvent => ({
  at: NOW,
  about: 'Pod orders-exec-2',
  reason,
  text,
  count: 1,
  warning: true,
  link: EVENTS,
  ...change,
})

async function look(world: World): Promise<{ outputs: Outputs; finding: Finding }> {
  const { outputs, findings } = await containers.run(undefined, contextOf(world))
  expect(findings).toHaveLength(1)
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(containers.outputs).sort())
  return { outputs, finding: findings[0]! }
}

describe('what ended badly', () => {
  it.each([
    [
      'executors over their limit',
      [ended('OOMKilled', 137), container({ id: 'b' }), container({ id: 'c' })],
      {
        worst_reason: 'OOMKilled',
        exit_code: 137,
        signature: 'F03',
        class: 'deterministic',
        node: 'node-a',
        memory_limit_mib: 1433,
        bad: 1,
      },
      'medium',
    ],
    ['half of them', [ended('OOMKilled', 137), container({ id: 'b' })], { bad: 1, containers: 2 }, 'high'],
    [
      'the driver over its limit',
      [ended('OOMKilled', 137, { role: 'driver' }), container({ id: 'b' }), container({ id: 'c' })],
      { worst_role: 'driver', signature: 'F01', cause: 'driver-oom' },
      'high',
    ],
    [
      'a full heap',
      [ended('Error', 52), container({ id: 'b' }), container({ id: 'c' })],
      { signature: 'F02', worst_reason: 'Error' },
      'medium',
    ],
    [
      'a full disk',
      [
        ended('Evicted', null, { message: 'The node was low on resource: ephemeral-storage.' }),
        container({ id: 'b' }),
        container({ id: 'c' }),
      ],
      { worst_reason: 'Evicted', exit_code: null, signature: 'F09' },
      'medium',
    ],
    [
      'a machine short of memory',
      [
        ended('Evicted', null, { message: 'The node was low on resource: memory.' }),
        container({ id: 'b' }),
        container({ id: 'c' }),
      ],
      { signature: 'F11', cause: 'evicted' },
      'medium',
    ],
    [
      'nobody knows why',
      [ended(null, 1), container({ id: 'b' }), container({ id: 'c' })],
      { worst_reason: 'Error', signature: 'unknown', cause: 'unknown' },
      'medium',
    ],
  ] as const)('%s', async (_what, seen, outputs, severity) => {
    const found = await look({ containers: seen })
    expect(found.outputs).toMatchObject(outputs)
    expect(found.finding.severity).toBe(severity)
    expect(found.finding.sentence).toMatch(/^[A-Z0-9][^\n]*\.$/)
    expect(found.finding.evidence.length).toBeGreaterThan(0)
  })

  it('is quoted once, with how many went the same way', async () => {
    const seen = [1, 2, 3].map((i) =>
      ended('OOMKilled', 137, { id: `orders-exec-${i}`, node: i === 1 ? 'node-a' : 'node-b' }),
    )
    const { outputs, finding } = await look({ containers: [...seen, container({ id: 'x', role: 'driver' })] })
    expect(outputs).toMatchObject({ bad: 3, node: 'node-b' })
    expect(finding.sentence).toBe(
      "3 of 4 containers ended badly; the worst is the executor's, OOMKilled, exit code 137: the container went over its memory limit and was killed from outside.",
    )
    expect(finding.evidence).toEqual([
      {
        text: "The executor's container ended: OOMKilled, exit code 137",
        from: 'container orders-exec-1; 3 containers went so',
        link: POD,
      },
    ])
  })

  it('with a telling reason goes before what only failed', async () => {
    const seen = [
      ended('Error', 1, { id: 'a' }),
      ended('OOMKilled', 137, { id: 'b' }),
      ended('Error', 143, { id: 'c' }),
    ]
    expect((await look({ containers: seen })).outputs).toMatchObject({
      worst_reason: 'OOMKilled',
      exit_code: 137,
    })
  })
})

describe('of several failures', () => {
  const evicted = ended('Evicted', 137, { id: 'a', message: 'The node was low on resource: memory.' })

  it('the sentence tells what the one means that it speaks of', async () => {
    const { outputs, finding } = await look({ containers: [evicted, ended('OOMKilled', 137, { id: 'b' })] })
    expect(outputs).toMatchObject({ worst_reason: 'OOMKilled', signature: 'F03' })
    expect(finding).toMatchObject({
      sentence:
        "2 of 2 containers ended badly; the worst is the executor's, OOMKilled, exit code 137: the container went over its memory limit and was killed from outside.",
      evidence: [{ from: 'container b' }],
    })
  })

  it('one that only an event names is told apart from the worst', async () => {
    const { finding } = await look({
      containers: [evicted],
      events: [warning('Killing', 'Memory cgroup out of memory: Killed process 7')],
    })
    expect(finding.sentence).toMatch(
      /^1 of 1 container ended badly; the worst is the executor's, Evicted, exit code 137; an event about it names container-killed: the container went over/,
    )
  })
})

describe('what waits', () => {
  it.each(['ImagePullBackOff', 'CreateContainerConfigError', 'CrashLoopBackOff'])(
    '%s: it will not start by itself',
    async (reason) => {
      const seen = [container({ role: 'driver', state: 'waiting', reason, message: 'Back-off' })]
      const { outputs, finding } = await look({ containers: seen })
      expect(outputs).toMatchObject({ waiting: 1, bad: 0, worst_reason: reason, signature: 'unknown' })
      expect(finding).toMatchObject({
        severity: 'high',
        evidence: [{ text: `The driver's container waits: ${reason}: Back-off` }],
      })
    },
  )

  it('without a node, in the scheduler’s words', async () => {
    const message = '0/5 nodes are available: 5 Insufficient cpu.'
    const seen = [
      container({ role: 'driver' }),
      container({ id: 'b', state: 'waiting', reason: 'Unschedulable', message, node: null }),
    ]
    const { outputs, finding } = await look({ containers: seen })
    expect(outputs).toMatchObject({
      waiting: 1,
      worst_reason: 'Unschedulable',
      signature: 'F12',
      class: 'infrastructure',
    })
    expect(finding).toMatchObject({
      severity: 'low',
      sentence: expect.stringContaining('1 of 2 containers waits'),
    })
  })

  it('as every container does at first is no trouble', async () => {
    const { outputs, finding } = await look({
      containers: [container({ state: 'waiting', reason: 'ContainerCreating' })],
    })
    expect(outputs).toMatchObject({ waiting: 0, worst_reason: 'none', signature: 'none' })
    expect(finding.severity).toBe('none')
  })
})

describe('events', () => {
  it('tell why, where containers have gone', async () => {
    const { outputs, finding } = await look({
      containers: [],
      events: [warning('FailedCreate', 'exceeded quota: compute', { count: 12 })],
    })
    expect(outputs).toMatchObject({ containers: 0, signature: 'F12', worst_reason: 'none' })
    expect(finding).toMatchObject({
      severity: 'low',
      evidence: [{ from: 'event about Pod orders-exec-2, 12 times' }],
    })
  })

  it('that say all is well say nothing', async () => {
    const { finding } = await look({
      containers: [container()],
      events: [warning('Pulled', 'image pulled', { warning: false })],
    })
    expect(finding).toMatchObject({ severity: 'none', sentence: '1 container is well.', evidence: [] })
  })

  it('P13: out of reach cost only themselves', async () => {
    const { outputs, finding } = await look({ containers: [ended('OOMKilled', 137)], broken: ['events'] })
    expect(outputs['signature']).toBe('F03')
    expect(finding.unreached).toEqual(['events: events is out of reach'])
  })

  it('are not asked for where the platform has none', async () => {
    const calls: Record<string, number> = {}
    const reader = readerOf({ containers: [container()], capabilities: ['containers'] }, calls)
    await containers.run(undefined, { ...contextOf({}), reader })
    expect(calls).toEqual({ containers: 1 })
  })
})

it('P12: what containers and events say is redacted before it leaves', async () => {
  const secret = 'password=hunter2hunter2'
  const { finding } = await look({
    containers: [ended('Error', 1, { message: `cannot log in with ${secret}` })],
    events: [warning('FailedMount', `mount failed: ${secret}`)],
  })
  expect(finding.evidence).toHaveLength(2)
  expect(JSON.stringify(finding)).not.toContain('hunter2')
})

it('of restarts counts each container once, though it is told twice', async () => {
  const before = ended('OOMKilled', 137, {
    id: 'orders-driver (before its last restart)',
    role: 'driver',
    restarts: 3,
  })
  const { outputs } = await look({
    containers: [container({ id: 'orders-driver', role: 'driver', restarts: 3 }), before],
  })
  expect(outputs).toMatchObject({ restarts: 3, worst_reason: 'OOMKilled' })
})

it('a run of which nothing is left is said to be gone', async () => {
  const { outputs, finding } = await look({ containers: [], events: [] })
  expect(Object.values(outputs).every((value) => value === null)).toBe(true)
  expect(finding).toMatchObject({
    severity: 'none',
    sentence: 'batch has no containers of this run any more.',
  })
})

it('links the list that it counts, the container that it quotes, and each event', async () => {
  const { finding } = await look({
    containers: [ended('OOMKilled', 137), container({ id: 'b', link: `${POD}0` })],
    events: [warning('BackOff', 'Back-off pulling image', { count: 7 })],
  })
  expect(finding.link).toBe(PODS)
  expect(finding.evidence).toEqual([
    expect.objectContaining({ from: 'container orders-exec-1', link: POD }),
    expect.objectContaining({ from: 'event about Pod orders-exec-2, 7 times', link: EVENTS }),
  ])
})

it('links events where they are all that is left', async () => {
  const { finding } = await look({ containers: [], events: [warning('BackOff', 'Back-off pulling image')] })
  expect(finding.link).toBe(EVENTS)
})
