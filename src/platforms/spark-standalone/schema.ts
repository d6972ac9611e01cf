// The standalone master's and a worker's /json/ as far as we read them (3.5.9 and 4.3.0 write the same).
import * as z from 'zod'

export const masterApplicationSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Milliseconds since the epoch. */
  starttime: z.number(),
  user: z.string().optional(),
  state: z.string(),
  /** MB that one executor asks for. */
  memoryperexecutor: z.number().optional(),
  /** Milliseconds. */
  duration: z.number().optional(),
})
export type MasterApplication = z.output<typeof masterApplicationSchema>

/** A driver in cluster mode; a text where the master writes one that is a number elsewhere. */
const driverSchema = z.object({
  id: z.string(),
  /** When it was submitted, in milliseconds since the epoch. */
  starttime: z.coerce.number(),
  /** `SUBMITTED`, `RUNNING`, `FINISHED`, `RELAUNCHING`, `UNKNOWN`, `KILLED`, `FAILED`, `ERROR`. */
  state: z.string(),
  /** The id of its worker; `None` while it has none. */
  worker: z.string().default('None'),
  mainclass: z.string().default(''),
})
export type MasterDriver = z.output<typeof driverSchema>

const masterWorkerSchema = z.object({
  id: z.string(),
  host: z.string(),
  /** `ALIVE`, `DEAD`, `DECOMMISSIONED` or `UNKNOWN`. */
  state: z.string(),
  /** Its own address, behind the master's reverse proxy, too. */
  webuiaddress: z.string().optional(),
  cores: z.number(),
  coresfree: z.number().optional(),
  /** MB. */
  memory: z.number(),
  memoryfree: z.number().optional(),
  /** Milliseconds since the epoch. */
  lastheartbeat: z.number().optional(),
})
export type MasterWorker = z.output<typeof masterWorkerSchema>

export const masterSchema = z.object({
  /** `ALIVE`, `STANDBY`, `RECOVERING` or `COMPLETING_RECOVERY`. */
  status: z.string(),
  workers: z.array(masterWorkerSchema),
  activeapps: z.array(masterApplicationSchema),
  completedapps: z.array(masterApplicationSchema),
  activedrivers: z.array(driverSchema).default([]),
  completeddrivers: z.array(driverSchema).default([]),
})
export type Master = z.output<typeof masterSchema>

/** All applications that the master remembers. */
export function applicationsOf({ activeapps, completedapps }: Master): MasterApplication[] {
  return [...activeapps, ...completedapps]
}

/** All drivers in cluster mode that the master remembers. */
export function driversOf({ activedrivers, completeddrivers }: Master): MasterDriver[] {
  return [...activedrivers, ...completeddrivers]
}

/** An executor as its worker has it: whose, and how large; how it ended, the worker does not tell here. */
const workerExecutorSchema = z.object({
  id: z.number(),
  appid: z.string(),
  /** MB. */
  memory: z.number(),
  appdesc: z.object({ name: z.string() }),
})

export const workerSchema = z.object({
  id: z.string(),
  cores: z.number(),
  coresused: z.number(),
  /** MB. */
  memory: z.number(),
  memoryused: z.number(),
  executors: z.array(workerExecutorSchema),
  finishedexecutors: z.array(workerExecutorSchema),
})
export type Worker = z.output<typeof workerSchema>
