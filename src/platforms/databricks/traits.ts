// How a Databricks run was made: commit, runtime, image, nodes, parameters, and a fingerprint of what its tasks do. Pure.
import { createHash } from 'node:crypto'
import { type DataDates, datesOfArguments, datesOfNames } from '../../alerts/data-dates.ts'
import type { PlatformRun } from '../../ports.ts'
import type { NewCluster, RunInfo, TaskRun } from './schema.ts'

type Traits = NonNullable<PlatformRun['traits']>

const KINDS = ['notebook_task', 'spark_python_task', 'python_wheel_task', 'spark_jar_task', 'spark_submit_task'] as const // prettier-ignore
/** What a run is given rather than made of. */
const GIVEN = new Set(['parameters', 'base_parameters', 'named_parameters'])

/** What Databricks tells of it; clusters that exist already tell nothing of how they were then. */
export function traitsOf(run: RunInfo): Traits {
  const clusters = clustersOf(run)
  const of = (read: (cluster: NewCluster) => string | null | undefined): string | null =>
    [...new Set(clusters.flatMap((cluster) => read(cluster) || []))].sort().join(', ') || null
  const git = run.git_source
  const traits: Record<keyof Traits, string | null> = {
    commit: git?.git_snapshot?.used_commit || git?.git_commit || git?.git_tag || null,
    image: of(({ docker_image: image }) => image?.url),
    runtime: of((cluster) => cluster.spark_version),
    node_type: of((cluster) => cluster.node_type_id),
    nodes: of(({ num_workers: workers, autoscale }) =>
      autoscale == null ? workers?.toString() : `${autoscale.min_workers} to ${autoscale.max_workers}`,
    ),
    definition: definitionOf(run.tasks),
    parameters: parametersOf(run),
    // Told by the event log, where one is delivered.
    spark_version: null,
  }
  return Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null))
}

function clustersOf({ job_clusters: shared, tasks }: RunInfo): readonly NewCluster[] {
  return [...(shared ?? []), ...tasks].flatMap(({ new_cluster: cluster }) => cluster ?? [])
}

/** The same for the same tasks, whatever attempt of them and whatever parameters; null where none tells what it does. */
function definitionOf(tasks: readonly TaskRun[]): string | null {
  const made = new Map(
    tasks.flatMap((task) => {
      const kinds = KINDS.flatMap((kind) => (task[kind] == null ? [] : [[kind, withoutGiven(task[kind])]]))
      return kinds.length === 0 ? [] : [[task.task_key, [kinds, task.libraries ?? []]] as const]
    }),
  )
  if (made.size === 0) return null
  const text = JSON.stringify([...made].sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function withoutGiven(task: Readonly<Record<string, unknown>>): unknown {
  const kept = Object.entries(task).filter(([name]) => !GIVEN.has(name))
  return kept.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Of which data it is, by the parameters of the job, else by those of its tasks. */
export function datesOfRun({ job_parameters: parameters, tasks }: RunInfo): DataDates {
  const dates: DataDates[] = []
  for (const task of tasks)
    for (const kind of KINDS) {
      const { base_parameters: base, named_parameters: named, parameters: list } = task[kind] ?? {}
      dates.push(
        ...[base, named].filter((one) => isRecord(one)).map(datesOfNames),
        ...(Array.isArray(list) ? [datesOfArguments(list.map(String))] : []),
      )
    }
  const given = (parameters ?? []).map(({ name, value, default: otherwise }) => [name, value ?? otherwise])
  return Object.assign({}, ...dates, datesOfNames(Object.fromEntries(given))) as DataDates
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parametersOf({ job_parameters: parameters }: RunInfo): string | null {
  const given = (parameters ?? []).map(({ name, value, default: otherwise }) => `${name}=${value ?? otherwise ?? ''}`) // prettier-ignore
  return given.length === 0 ? null : given.sort().join(' ')
}
