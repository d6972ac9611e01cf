// A cluster for tests: pods and SparkApplications as Spark and the operators make them, and a platform that reads it.
import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { Platform } from '../../../src/platforms/platform.ts'
import { platformOf } from '../support.ts'
import { type SparkApp, type StandIn, type StandInOptions, TOKEN, createStandIn } from './stand-in.ts'

export const NS = 'etl'
export const IMAGE = 'registry.example.com/spark/orders:4.1.0-7f3a2c1'
let serial = 0

export function ago(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000)
}

export interface Made {
  readonly name?: string
  readonly appId?: string
  readonly labels?: Record<string, string>
  readonly phase?: string
  readonly status?: Partial<NonNullable<V1Pod['status']>>
  readonly container?: Partial<V1ContainerStatus>
  readonly owner?: SparkApp
  readonly createdAt?: Date
  readonly deletionTimestamp?: Date
  readonly annotations?: Record<string, string>
  readonly image?: string
}

/** A driver's pod as spark-submit makes it. */
export function driverPod(made: Made = {}): V1Pod {
  const name = made.name ?? 'orders-daily-0123456789abcdef-driver'
  return pod(name, 'driver', made)
}

export function executorPod(name: string, made: Made = {}): V1Pod {
  return pod(name, 'executor', made)
}

function pod(name: string, role: 'driver' | 'executor', made: Made): V1Pod {
  const { appId = 'spark-3f1a', phase = 'Running', owner, createdAt = ago(10) } = made
  const container = `spark-kubernetes-${role}`
  const running = phase === 'Running' ? { running: { startedAt: new Date(createdAt.getTime() + 5000) } } : {}
  serial += 1
  return {
    metadata: {
      name,
      namespace: NS,
      uid: `uid-${serial}-${name}`,
      resourceVersion: '7',
      creationTimestamp: createdAt,
      ...(made.deletionTimestamp === undefined ? {} : { deletionTimestamp: made.deletionTimestamp }),
      ...(made.annotations === undefined ? {} : { annotations: made.annotations }),
      labels: {
        'spark-role': role,
        'spark-app-selector': appId,
        'spark-app-name': 'orders-daily',
        ...made.labels,
      },
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name ?? '', uid: owner.metadata.uid ?? '' },
            ],
          }),
    },
    spec: {
      ...(phase === 'Pending' ? {} : { nodeName: 'node-a' }),
      containers: [
        {
          name: container,
          image: made.image ?? IMAGE,
          ports: role === 'driver' ? [{ name: 'spark-ui', containerPort: 4040 }] : [],
          resources: { limits: { memory: '1433Mi' } },
        },
      ],
    },
    status: {
      phase,
      containerStatuses:
        phase === 'Pending' && made.container === undefined
          ? []
          : [{ name: container, image: IMAGE, imageID: '', ready: phase === 'Running', restartCount: 0, state: running, ...made.container }],
      ...made.status,
    },
  } // prettier-ignore
}

/** A SparkApplication of the kubeflow operator, running. */
export function kubeflowApp(
  name: string,
  change: { status?: object; spec?: object; metadata?: object } = {},
): SparkApp {
  serial += 1
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: {
      name,
      namespace: NS,
      uid: `uid-${serial}-${name}`,
      resourceVersion: '41',
      creationTimestamp: ago(11),
      ...change.metadata,
    },
    spec: {
      type: 'Python',
      mode: 'cluster',
      image: IMAGE,
      sparkVersion: '4.1.0',
      mainApplicationFile: 'local:///opt/jobs/orders.py',
      driver: { cores: 1 },
      executor: { cores: 1, instances: 2 },
      restartPolicy: { type: 'Never' },
      ...change.spec,
    },
    status: {
      applicationState: { state: 'RUNNING' },
      driverInfo: { podName: `${name}-driver` },
      executionAttempts: 1,
      submissionAttempts: 1,
      lastSubmissionAttemptTime: ago(10).toISOString(),
      terminationTime: null,
      sparkApplicationId: 'spark-3f1a',
      submissionID: `submission-${serial}`,
      ...change.status,
    },
  }
}

/** One of the apache operator. */
export function apacheApp(name: string, change: { status?: object; spec?: object; metadata?: object } = {}): SparkApp {
  serial += 1
  return {
    apiVersion: 'spark.apache.org/v1',
    kind: 'SparkApplication',
    metadata: { name, namespace: NS, uid: `uid-${serial}-${name}`, resourceVersion: '9', creationTimestamp: ago(11), ...change.metadata },
    spec: {
      mainClass: 'com.example.Orders',
      runtimeVersions: { sparkVersion: '4.1.0' },
      sparkConf: { 'spark.kubernetes.container.image': IMAGE },
      ...change.spec,
    },
    status: {
      currentState: { currentStateSummary: 'RunningHealthy', lastTransitionTime: ago(9).toISOString(), message: 'Application is running healthy.' },
      currentAttemptSummary: { attemptInfo: { id: 0, restartCounter: 0 } },
      ...change.status,
    },
  }
} // prettier-ignore

export function event(
  about: string,
  reason: string,
  message: string,
  change: Partial<CoreV1Event> = {},
): CoreV1Event {
  serial += 1
  return {
    metadata: { name: `event-${serial}`, namespace: NS, creationTimestamp: ago(3) },
    involvedObject: { kind: 'Pod', name: about, namespace: NS },
    type: 'Warning',
    reason,
    message,
    count: 1,
    lastTimestamp: ago(2),
    ...change,
  }
}

export interface Bench {
  readonly cluster: StandIn
  readonly platformWith: (more?: Record<string, unknown>) => Platform
  readonly platform: Platform
}

export async function bench(options: StandInOptions = {}): Promise<Bench> {
  const cluster = await createStandIn(options)
  const platformWith = (more: Record<string, unknown> = {}): Platform =>
    platformOf({
      kind: 'kubernetes',
      auth: { type: 'token', server: cluster.url, token: TOKEN },
      namespaces: [NS],
      ...more,
    })
  return { cluster, platformWith, platform: platformWith() }
}
