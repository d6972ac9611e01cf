// What a pod says of itself: states, why a container waits or ended, which word goes before which.
import type { V1Pod } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  containersOf,
  endOf,
  queueOf,
  stateOf,
  uiPort,
  wordsOf,
} from '../../../src/platforms/kubernetes/pods.ts'
import { type Pod, podSchema } from '../../../src/platforms/kubernetes/schema.ts'
import { strongest } from '../../../src/diagnosis/failures/read.ts'
import { driverPod, executorPod } from './bench.ts'

const read = (pod: V1Pod): Pod => podSchema.parse(JSON.parse(JSON.stringify(pod)))
const ended = (exitCode: number, reason: string, message?: string): object => ({
  state: {
    terminated: { exitCode, reason, ...(message === undefined ? {} : { message }), finishedAt: new Date(0) },
  },
})

describe('a driver', () => {
  it.each([
    ['Pending', 'waiting'],
    ['Running', 'running'],
    ['Succeeded', 'finished'],
    ['Failed', 'failed'],
    ['Unknown', 'unknown'],
  ])('in phase %s is told', (phase, wanted) => expect(stateOf(read(driverPod({ phase })))).toBe(wanted))

  it('that ended while it was deleted was killed; one that still runs is not yet', () => {
    const deletionTimestamp = new Date()
    expect(stateOf(read(driverPod({ phase: 'Failed', deletionTimestamp })))).toBe('killed')
    expect(stateOf(read(driverPod({ phase: 'Running', deletionTimestamp })))).toBe('running')
  })

  it('has its UI where its port says', () => {
    expect(uiPort(read(driverPod()))).toBe(4040)
    const pod = driverPod()
    pod.spec!.containers[0]!.ports = [{ name: 'spark-ui', containerPort: 14_040 }]
    expect(uiPort(read(pod))).toBe(14_040)
    pod.spec!.containers[0]!.ports = []
    expect(uiPort(read(pod))).toBe(4040)
  })

  it('has the queue that its scheduler was asked for', () => {
    expect(queueOf(read(driverPod({ labels: { 'kueue.x-k8s.io/queue-name': 'etl' } })).metadata)).toBe('etl')
    expect(
      queueOf(read(driverPod({ annotations: { 'yunikorn.apache.org/queue': 'root.etl' } })).metadata),
    ).toBe('root.etl')
    expect(queueOf(read(driverPod()).metadata)).toBeNull()
  })

  it('ended when its container did; evicted, when its conditions say', () => {
    expect(endOf(read(driverPod({ phase: 'Failed', container: ended(1, 'Error') })))).toEqual(new Date(0))
    const lastTransitionTime = new Date(5000)
    const status = {
      reason: 'Evicted',
      containerStatuses: [],
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }],
    }
    expect(endOf(read(driverPod({ phase: 'Failed', status })))).toEqual(lastTransitionTime)
    expect(endOf(read(driverPod()))).toBeNull()
  })
})

/** How Kubernetes says it, what it is called, whose it is. */
const ENDS: readonly (readonly [string, V1Pod, string, object])[] = [
  ['out of memory', executorPod('e-exec-1', { phase: 'Failed', container: ended(137, 'OOMKilled') }), 'F03',
    { state: 'ended', reason: 'OOMKilled', exitCode: 137, memoryLimitBytes: 1433 * 2 ** 20 }],
  ['the driver out of memory', driverPod({ phase: 'Failed', container: ended(137, 'OOMKilled') }), 'F01',
    { state: 'ended', role: 'driver', reason: 'OOMKilled' }],
  ['an executor’s heap', executorPod('e-exec-1', { phase: 'Failed', container: ended(52, 'Error') }), 'F02',
    { reason: 'Error', exitCode: 52 }],
  ['evicted for its disk', executorPod('e-exec-1', { phase: 'Failed', status: { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage. Container spark-kubernetes-executor was using 40Gi.' } }), 'F09',
    { reason: 'Evicted', message: expect.stringContaining('ephemeral-storage') }],
  ['evicted under way, its container told to end', executorPod('e-exec-1', { phase: 'Failed', status: { reason: 'Evicted', message: 'Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. evicted for ephemeral-storage' }, container: ended(143, 'Error') }), 'F09',
    { reason: 'Evicted', exitCode: 143 }],
  ['no room', executorPod('e-exec-1', { phase: 'Pending', status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/5 nodes are available: 5 Insufficient cpu. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.' }] } }), 'F12',
    { state: 'waiting', reason: 'Unschedulable' }],
  ['preempted', executorPod('e-exec-1', { phase: 'Failed', status: { reason: 'Preempting', message: 'Preempted in order to admit critical pod' } }), 'F11',
    { state: 'ended', reason: 'Preempting' }],
] // prettier-ignore

describe('an end of a container', () => {
  it.each(ENDS)('%s', (_what, pod, mode, container) => {
    const seen = read(pod)
    expect(containersOf(seen)[0]).toMatchObject(container)
    const words = wordsOf(seen)
    expect(words.every(({ place }) => place === 'container')).toBe(true)
    expect(strongest(words)?.mode.id, JSON.stringify(words)).toBe(mode)
  })

  it('well is no word at all', () => {
    expect(wordsOf(read(driverPod({ phase: 'Succeeded', container: ended(0, 'Completed') })))).toEqual([])
    expect(wordsOf(read(driverPod()))).toEqual([])
  })

  it('an image that cannot be pulled waits, and says so; one that is being created has nothing to say', () => {
    const message = 'Back-off pulling image "registry.example.com/spark:nope"'
    const waiting = read(
      driverPod({
        phase: 'Pending',
        container: { state: { waiting: { reason: 'ImagePullBackOff', message } } },
      }),
    )
    expect(containersOf(waiting)).toMatchObject([{ state: 'waiting', reason: 'ImagePullBackOff', message }])
    expect(wordsOf(waiting).map(({ text }) => text)).toEqual([`ImagePullBackOff: ${message}`])
    const fresh = read(
      driverPod({ phase: 'Pending', container: { state: { waiting: { reason: 'ContainerCreating' } } } }),
    )
    expect(wordsOf(fresh)).toEqual([])
  })

  it('before a restart is told beside what runs now', () => {
    const again = read(
      driverPod({
        container: {
          restartCount: 3,
          state: { running: {} },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      }),
    )
    expect(containersOf(again)).toMatchObject([
      { state: 'running', restarts: 3 },
      {
        id: expect.stringContaining('before its last restart'),
        state: 'ended',
        reason: 'OOMKilled',
        exitCode: 137,
      },
    ])
    expect(wordsOf(again)[0]?.from).toContain('before its last restart')
  })

  it('of a sidecar or an init container is told only where something is wrong', () => {
    const pod = driverPod()
    pod.status!.initContainerStatuses = [
      {
        name: 'fetch-jars',
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode: 1, reason: 'Error', message: 'curl: (22) 403' } },
      },
      {
        name: 'fine',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { terminated: { exitCode: 0, reason: 'Completed' } },
      },
    ]
    const found = containersOf(read(pod))
    expect(found.map(({ id }) => id.split('/')[1])).toEqual([undefined, 'fetch-jars'])
    expect(found[1]).toMatchObject({ role: 'other', reason: 'Error', message: 'curl: (22) 403', exitCode: 1 })
  })
})

it.each([
  ['1433Mi', 1433 * 2 ** 20],
  ['2Gi', 2 * 2 ** 30],
  ['1500M', 1_500_000_000],
  ['1503238553', 1_503_238_553],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['', null],
  ['a lot', null],
  [undefined, null],
])('a quantity of memory, %s', (quantity, bytes) => expect(bytesOf(quantity)).toBe(bytes))
