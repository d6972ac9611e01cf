// Livy's REST answers as far as we read them.
import * as z from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** A batch or an interactive session: the same but for what is not read here. */
export const sessionSchema = z.object({
  id: z.int().min(0),
  /** The name given at its submission; absent where there was none, and before 0.6. */
  name: text,
  /** Spark's own id; null until there is one. */
  appId: text,
  owner: text,
  proxyUser: text,
  /** not_started, starting, recovering, idle, running, busy, shutting_down, error, dead, killed, success. */
  state: z.string(),
  appInfo: z
    .object({ driverLogUrl: text, sparkUiUrl: text })
    .nullish()
    .transform((value) => value ?? { driverLogUrl: '', sparkUiUrl: '' }),
  /** The last lines that Livy holds; of spark-submit, and of YARN's diagnostics after a failure. */
  log: z.array(z.string()).catch([]),
})
export type LivySession = z.output<typeof sessionSchema>

export const sessionsSchema = z.object({
  from: z.number(),
  total: z.number(),
  sessions: z.array(sessionSchema),
})

export const logSchema = z.object({
  from: z.number(),
  /** Lines in all, or as many as were asked for, depending on the version. */
  total: z.number().optional(),
  log: z.array(z.string()),
})
