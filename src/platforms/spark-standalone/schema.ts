// The standalone master's /json/ as far as we read it.
import * as z from 'zod'

export const masterApplicationSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Milliseconds since the epoch. */
  starttime: z.number(),
  user: z.string().optional(),
  state: z.string(),
  /** Milliseconds. */
  duration: z.number().optional(),
})
export type MasterApplication = z.output<typeof masterApplicationSchema>

export const masterSchema = z.object({
  /** `ALIVE`, `STANDBY`, `RECOVERING` or `COMPLETING_RECOVERY`. */
  status: z.string(),
  workers: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      state: z.string(),
      cores: z.number(),
      memory: z.number(),
    }),
  ),
  activeapps: z.array(masterApplicationSchema),
  completedapps: z.array(masterApplicationSchema),
})
export type Master = z.output<typeof masterSchema>
