// Spark's settings as job runs, steps and clusters of AWS are given them, and short marks for comparing runs. Pure.
import { createHash } from 'node:crypto'
import * as z from 'zod'

/** `Classification` on clusters, `classification` on job runs; other classifications may be nested and are not Spark's. */
export interface Configuration {
  readonly classification: string
  readonly properties: Readonly<Record<string, string>>
}

const properties = z.record(z.string(), z.string()).nullish()

/** A list of configurations of a job run. */
export const configurationsSchema = z
  .array(z.object({ classification: z.string(), properties }))
  .nullish()
  .transform((all) => (all ?? []).map((one): Configuration => ({ classification: one.classification, properties: one.properties ?? {} }))) // prettier-ignore

/** The same of a cluster. */
export const clusterConfigurationsSchema = z
  .array(z.object({ Classification: z.string().nullish(), Properties: properties }))
  .nullish()
  .transform((all) => (all ?? []).map((one): Configuration => ({ classification: one.Classification ?? '', properties: one.Properties ?? {} }))) // prettier-ignore

/** One setting of Spark: `--conf` goes before configurations, as in Spark. Null where it is not set. */
export function settingIn(
  name: string,
  submit: string | readonly string[],
  configurations: readonly Configuration[],
): string | null {
  const words = typeof submit === 'string' ? submit.split(/\s+/) : submit
  // The last one wins.
  const given = words.findLast(
    (word, at) => (words[at - 1] === '--conf' || words[at - 1] === '-c' || word.startsWith('--conf=')) && bare(word).startsWith(`${name}=`), // prettier-ignore
  )
  if (given !== undefined) return bare(given).slice(name.length + 1)
  return (
    configurations.find(({ classification }) => classification === 'spark-defaults')?.properties[name] ?? null
  )
}

function bare(word: string): string {
  return word.replace(/^--conf=/, '').replace(/^["']|["']$/g, '')
}

/**
 * Twelve characters that are another where the value is. Arguments and settings may hold secrets, so that they are
 * compared and not shown.
 */
export function markOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
}
