// Kubernetes' and the operators' objects as far as we read them. Their models: @kubernetes/client-node, the CRDs.
import * as z from 'zod'

/** RFC 3339, absent or null where it has not happened. */
const instant = z
  .string()
  .nullish()
  .transform((text) => {
    const at = text === null || text === undefined ? null : new Date(text)
    return at === null || Number.isNaN(at.getTime()) ? null : at
  })
  .catch(null)

const text = z.string().catch('')
const count = z.number().catch(0)
const words = z.record(z.string(), z.string()).catch({})

const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  resourceVersion: text,
  creationTimestamp: instant,
  deletionTimestamp: instant,
  labels: words,
  annotations: words,
  ownerReferences: z.array(z.object({ kind: text, name: text, uid: text })).catch([]),
})

const terminated = z.object({
  exitCode: z.number().nullable().catch(null),
  reason: text,
  message: text,
  startedAt: instant,
  finishedAt: instant,
})

const containerState = z
  .object({
    waiting: z.object({ reason: text, message: text }).optional(),
    running: z.object({ startedAt: instant }).optional(),
    terminated: terminated.optional(),
  })
  .catch({})

export const containerStatusSchema = z.object({
  name: text,
  /** Of what really runs: `docker-pullable://r/etl@sha256:...`; empty until it is pulled. */
  imageID: text,
  restartCount: count,
  state: containerState.default({}),
  lastState: containerState.default({}),
})
export type ContainerStatus = z.output<typeof containerStatusSchema>

const container = z.object({
  name: text,
  image: text,
  ports: z.array(z.object({ name: text, containerPort: count })).catch([]),
  resources: z.object({ limits: words.optional() }).catch({}),
})

export const podSchema = z.object({
  metadata,
  spec: z.object({ nodeName: z.string().optional(), containers: z.array(container).catch([]) }),
  status: z
    .object({
      /** Pending, Running, Succeeded, Failed or Unknown. */
      phase: text,
      reason: text,
      message: text,
      startTime: instant,
      conditions: z
        .array(
          z.object({ type: text, status: text, reason: text, message: text, lastTransitionTime: instant }),
        )
        .catch([]),
      initContainerStatuses: z.array(containerStatusSchema).catch([]),
      containerStatuses: z.array(containerStatusSchema).catch([]),
    })
    .default({
      phase: '',
      reason: '',
      message: '',
      startTime: null,
      conditions: [],
      initContainerStatuses: [],
      containerStatuses: [],
    }),
})
export type Pod = z.output<typeof podSchema>

/** Both APIs write one kind: where `events.k8s.io` made it, the time is `eventTime`, and repeats are a `series`. */
export const eventSchema = z.object({
  metadata: z.object({ creationTimestamp: instant }),
  involvedObject: z.object({ kind: text, name: text, uid: text }),
  reason: text,
  message: text,
  type: text,
  count: z.number().nullish().catch(null),
  lastTimestamp: instant,
  eventTime: instant,
  series: z.object({ count, lastObservedTime: instant }).nullish().catch(null),
})
export type Event = z.output<typeof eventSchema>

export const quotaSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ hard: words, used: words }).catch({ hard: {}, used: {} }),
})

/** A page of a list; `continue` leads to the next one. */
export function listOf<T>(item: z.ZodType<T>): z.ZodType<{ metadata: { continue: string }; items: T[] }> {
  return z.object({
    metadata: z.object({ continue: text }).catch({ continue: '' }),
    items: z.array(item),
  })
}

/** What the API server says where it does not do as asked. */
export const statusSchema = z.object({ kind: z.literal('Status'), reason: text, message: text })

export const versionSchema = z.object({ gitVersion: z.string() })

/** sparkoperator.k8s.io/v1beta2. */
export const kubeflowSchema = z.object({
  metadata,
  spec: z
    .looseObject({
      image: z.string().nullish(),
      sparkVersion: text,
      suspend: z.boolean().nullish(),
      arguments: z.array(z.string()).optional().catch(undefined),
      restartPolicy: z
        .object({
          type: text,
          onFailureRetries: z.number().nullish(),
          onSubmissionFailureRetries: z.number().nullish(),
        })
        .catch({ type: 'Never' }),
      batchSchedulerOptions: z.object({ queue: z.string().nullish() }).nullish().catch(null),
    })
    .catch({ sparkVersion: '', restartPolicy: { type: 'Never' } }),
  status: z
    .object({
      applicationState: z.object({ state: text, errorMessage: text }).catch({ state: '', errorMessage: '' }),
      driverInfo: z
        .object({ podName: text, webUIIngressAddress: text })
        .catch({ podName: '', webUIIngressAddress: '' }),
      executorState: words,
      executionAttempts: count,
      submissionAttempts: count,
      lastSubmissionAttemptTime: instant,
      terminationTime: instant,
      sparkApplicationId: text,
      submissionID: text,
    })
    .optional(),
})
export type KubeflowApplication = z.output<typeof kubeflowSchema>

const apacheState = z.object({ currentStateSummary: text, lastTransitionTime: instant, message: text })

/** spark.apache.org/v1. */
export const apacheSchema = z.object({
  metadata,
  spec: z
    .looseObject({
      sparkConf: words,
      driverArgs: z.array(z.string()).optional().catch(undefined),
      runtimeVersions: z.object({ sparkVersion: text }).catch({ sparkVersion: '' }),
      applicationTolerations: z
        .object({
          restartConfig: z
            .object({ restartPolicy: text, maxRestartAttempts: z.number().catch(3) })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .catch({ sparkConf: {}, runtimeVersions: { sparkVersion: '' } }),
  status: z
    .object({
      currentState: apacheState.catch({ currentStateSummary: '', lastTransitionTime: null, message: '' }),
      stateTransitionHistory: z.record(z.string(), apacheState).catch({}),
      currentAttemptSummary: z
        .object({ attemptInfo: z.object({ id: count, restartCounter: count }).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional(),
})
export type ApacheApplication = z.output<typeof apacheSchema>
