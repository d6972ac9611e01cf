// YARN's REST answers as far as we read them. Hadoop 2.8 to 3.5; what some version omits may be absent.
import * as z from 'zod'

/** Milliseconds since the epoch, 0 for "not yet"; some answers write numbers as strings. */
const instant = z.coerce
  .number()
  .catch(0)
  .transform((ms) => (ms > 0 ? new Date(ms) : null))

const text = z.string().catch('')
const count = z.coerce.number().catch(0)

/** Lists come as an array, as one object where there is one (Jettison), and as null or {} where there is none. */
function listOf<T>(one: z.ZodType<T>): z.ZodType<T[]> {
  return z.union([z.array(one), one.transform((value) => [value]), z.undefined().transform((): T[] => [])])
}

export const appSchema = z.object({
  id: z.string(),
  user: text,
  name: text,
  queue: text,
  /** NEW, NEW_SAVING, SUBMITTED, ACCEPTED, RUNNING, FINISHED, FAILED, KILLED; while it ends also KILLING, FINISHING. */
  state: z.string(),
  /** UNDEFINED while it lives; SUCCEEDED, FAILED or KILLED. */
  finalStatus: text,
  diagnostics: text,
  applicationType: text,
  startedTime: instant,
  /** When its first ApplicationMaster was started; absent before 3.3. */
  launchTime: instant.optional(),
  finishedTime: instant,
})
export type YarnApp = z.output<typeof appSchema>

export const appAnswerSchema = z.object({ app: appSchema })
export const appsSchema = z.object({
  apps: z.object({ app: listOf(appSchema).optional() }).nullish(),
})

export const attemptSchema = z.object({
  id: count,
  appAttemptId: text,
  startTime: instant,
  finishedTime: instant,
  /** Empty until a container is allocated. */
  containerId: text,
  nodeHttpAddress: text,
  logsLink: text,
  /** SCHEDULED, LAUNCHED, RUNNING, FINISHED, FAILED, KILLED and some between; absent before 3.0. */
  appAttemptState: text,
})
export type YarnAttempt = z.output<typeof attemptSchema>

export const attemptsSchema = z.object({
  appAttempts: z.object({ appAttempt: listOf(attemptSchema).optional() }).nullish(),
})

/** One attempt by its id tells more than the list does: why it ended. */
export const attemptDetailSchema = z.object({ diagnosticsInfo: text })

export const infoSchema = z.object({
  clusterInfo: z.object({
    state: text,
    /** ACTIVE, STANDBY, INITIALIZING or STOPPING. */
    haState: text,
    resourceManagerVersion: text,
  }),
})

export const metricsSchema = z.object({
  clusterMetrics: z.object({
    appsPending: count,
    appsRunning: count,
    availableMB: count,
    totalMB: count,
    activeNodes: count,
    lostNodes: count,
    unhealthyNodes: count,
    totalNodes: count,
  }),
})

export const nodesSchema = z.object({
  nodes: z
    .object({
      node: listOf(
        z.object({
          id: z.string(),
          nodeHostName: text,
          /** NEW, RUNNING, UNHEALTHY, DECOMMISSIONING, DECOMMISSIONED, LOST, REBOOTED, SHUTDOWN. */
          state: z.string(),
          healthReport: text,
          usedMemoryMB: count,
          availMemoryMB: count,
          usedVirtualCores: count,
          availableVirtualCores: count,
        }),
      ).optional(),
    })
    .nullish(),
})

/** `/conf?name=`: the value in force for one setting. */
export const settingSchema = z.object({ property: z.object({ key: text, value: z.string() }) })

/** `PUT` and `GET /apps/<id>/state`. */
export const stateSchema = z.object({ state: z.string() })

export const remoteExceptionSchema = z.object({
  RemoteException: z.object({ exception: text, message: text }),
})

export interface YarnQueue {
  readonly queueName: string
  readonly queuePath: string
  readonly numPendingApplications?: number | undefined
  readonly queues?: { readonly queue: readonly YarnQueue[] } | null | undefined
}

const queueSchema: z.ZodType<YarnQueue> = z.lazy(() =>
  z.object({
    queueName: text,
    queuePath: text,
    numPendingApplications: z.coerce.number().optional().catch(undefined),
    queues: z
      .object({ queue: z.array(queueSchema).catch([]) })
      .nullish()
      .catch(null),
  }),
)

/** The Capacity Scheduler's tree of queues; other schedulers have other shapes and are not looked into. */
export const schedulerSchema = z.object({ scheduler: z.object({ schedulerInfo: queueSchema }) })

/** Of the MapReduce JobHistoryServer; no other of Hadoop's servers answers so. */
export const jobHistoryInfoSchema = z.object({ historyInfo: z.object({ hadoopVersion: z.string() }) })
