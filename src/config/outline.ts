// The part of arrestor.yml that runbooks are held against. It holds no secrets, and needs none to be read.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { ArrestorError, reasonOf } from '../errors.ts'
import { ROLES } from '../remediation/roles.ts'
import type { Environment } from './environment.ts'
import { readTolerantly } from './load.ts'

const outlineSchema = z.object({
  teams: z.record(z.string(), z.unknown()),
  escalation: z.record(z.string(), z.unknown()),
  platforms: z
    .record(
      z.string(),
      z.object({
        kind: z.string(),
        actions: z.array(z.string()).default([]),
        prometheus: z.unknown().optional(),
      }),
    )
    .default({}),
  rollback: z.object({ webhooks: z.record(z.string(), z.unknown()).default({}) }).prefault({}),
  actions: z.record(z.string(), z.object({ requires: z.enum(ROLES) })).default({}),
  runbooks: z
    .object({
      folders: z
        .array(z.union([z.string(), z.object({ path: z.string(), team: z.string() })]))
        .default(['runbooks']),
    })
    .prefault({}),
})

export interface ConfigOutline {
  readonly teams: readonly string[]
  readonly policies: readonly string[]
  readonly platforms: readonly {
    readonly name: string
    readonly kind: string
    readonly actions: readonly string[]
    /** A Prometheus is configured beside it. */
    readonly hasMetrics: boolean
  }[]
  /** Names of the webhooks that actions may send. */
  readonly webhooks: readonly string[]
  /** The operator's floor by action id. */
  readonly floors: ReadonlyMap<string, string>
  /** Those on this machine; repositories are checked out by the service alone. */
  readonly folders: readonly (string | { readonly path: string; readonly team: string })[]
}

/** The outline of a configuration, as written or as loaded. Throws a ZodError where it is none. */
export function outlineOf(config: unknown): ConfigOutline {
  const { teams, escalation, platforms, rollback, actions, runbooks } = outlineSchema.parse(config)
  return {
    teams: Object.keys(teams),
    policies: Object.keys(escalation),
    platforms: Object.entries(platforms).map(([name, { kind, actions, prometheus }]) => ({
      name,
      kind,
      actions,
      hasMetrics: prometheus !== undefined,
    })),
    webhooks: Object.keys(rollback.webhooks),
    floors: new Map(Object.entries(actions).map(([id, { requires }]) => [id, requires])),
    folders: runbooks.folders,
  }
}

/**
 * Reads the outline of a configuration file. Variables that the environment does not have are left open: only mistakes
 * that stand elsewhere are told. Throws ARR-102 when it cannot be read, ARR-101 with its mistakes.
 */
export function loadOutline(file: string, environment: Environment): ConfigOutline {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ArrestorError('ARR-102', { file, why: reasonOf(error) })
  }
  const data = readTolerantly(text, file, environment)
  try {
    return outlineOf(data)
  } catch (error) {
    // A variable stands where the outline needs a word: the kind of a platform, or a role.
    throw new ArrestorError('ARR-101', { problems: `    ${file}: ${reasonOf(error)}` })
  }
}
