// For `doctor`: which namespaces may be read and what of them, which operator is there, whether history answers.
import { ArrestorError, reasonOf } from '../../errors.ts'
import * as z from 'zod'
import type { TimedClient } from '../spark-rest/client.ts'
import { historyCheck } from '../spark-rest/history.ts'
import type { Api } from './api.ts'
import type { Config } from './config.ts'
import { operatorsOf } from './objects.ts'
import { GROUPS } from './operators.ts'
import { versionSchema } from './schema.ts'

/** `PodList`, `EventList`, `SparkApplicationList`: whatever is in it. */
const ANYTHING = z.object({ kind: z.string().endsWith('List'), items: z.array(z.unknown()) })

/**
 * Tries what is read, one object of each: asking for permissions would be a POST (SelfSubjectAccessReview), and what is
 * allowed there may still fail. Throws where no pod of any namespace may be read, and where the History Server fails; `pods/log` and `pods/proxy` need a
 * pod and are not tried.
 */
export async function checkOf(
  platform: string,
  api: Api,
  config: Config,
  history: TimedClient | null,
  signal: AbortSignal,
): Promise<string> {
  const pods = await Promise.allSettled(
    config.namespaces.map((namespace) => tried(api, `/api/v1/namespaces/${namespace}/pods`, signal)),
  )
  const failed = pods.find((one) => one.status === 'rejected')
  if (failed !== undefined && pods.every(({ status }) => status === 'rejected')) throw failed.reason
  const readable = config.namespaces.filter((_, index) => pods[index]?.status === 'fulfilled')
  const [version, operators, lacking, kept] = await Promise.all([
    api.get('/version', versionSchema, signal).catch(() => null),
    operatorsThere(api, config, readable, signal),
    lackingIn(api, readable, signal),
    historyCheck(platform, history, signal),
  ])
  const closed = config.namespaces
    .filter((namespace) => !readable.includes(namespace))
    .map((namespace) => `pods of ${namespace}`)
  const missing = [...closed, ...lacking]
  return (
    `Kubernetes ${version?.gitVersion ?? 'of unknown version'} lets us read ${readable.join(', ')}` +
    `${missing.length === 0 ? '' : ` but not ${missing.join(', ')}`}; ${operators}; ${kept}.`
  )
}

/** Whether there is such a thing; throws where it may not be read. */
async function tried(api: Api, path: string, signal: AbortSignal): Promise<boolean> {
  return (await api.get(path, ANYTHING, signal, { limit: '1' })) !== null
}

async function lackingIn(
  api: Api,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = namespaces.flatMap((namespace) =>
    ['events', 'resourcequotas'].map(async (kind) => {
      try {
        await tried(api, `/api/v1/namespaces/${namespace}/${kind}`, signal)
        return []
      } catch (error) {
        signal.throwIfAborted()
        return [`${kind} of ${namespace}${isRefusal(error) ? '' : ` (${reasonOf(error)})`}`]
      }
    }),
  )
  return (await Promise.all(asked)).flat()
}

async function operatorsThere(
  api: Api,
  config: Config,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const operators = operatorsOf(config)
  if (operators.length === 0) return 'SparkApplications are not looked for'
  const said = await Promise.all(
    operators.map(async (operator) => {
      const paths = namespaces.map(
        (namespace) => `${GROUPS[operator]}/namespaces/${namespace}/sparkapplications`,
      )
      const found = await Promise.allSettled(paths.map((path) => tried(api, path, signal)))
      signal.throwIfAborted()
      if (found.some((one) => one.status === 'fulfilled' && one.value)) {
        const shut = namespaces.filter((_, index) => found[index]?.status === 'rejected')
        return `SparkApplications of ${operator} can be read${shut.length === 0 ? '' : ` except in ${shut.join(', ')}`}`
      }
      const refused = found.find((one) => one.status === 'rejected')
      if (refused === undefined) return `${operator} is not there`
      return `SparkApplications of ${operator} may not be read, or it is not there`
    }),
  )
  return said.join(', ')
}

function isRefusal(error: unknown): boolean {
  return error instanceof ArrestorError && error.code === 'ARR-506'
}
