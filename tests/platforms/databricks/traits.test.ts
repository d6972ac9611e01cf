// How a run was made, from runs as Databricks' Jobs API 2.2 publishes them.
import { describe, expect, it } from 'vitest'
import { runSchema } from '../../../src/platforms/databricks/schema.ts'
import { datesOfRun, traitsOf } from '../../../src/platforms/databricks/traits.ts'

const task = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  run_id: 2,
  task_key: 'load',
  ...more,
})
const traits = (run: Record<string, unknown>) => traitsOf(runSchema.parse({ run_id: 1, ...run }))
const cluster = {
  spark_version: '15.4.x-scala2.12',
  node_type_id: 'm5.xlarge',
  num_workers: 8,
  spark_conf: { a: 'b' },
}

describe('traits of a run', () => {
  it('come from its git source, its clusters and its parameters', () => {
    expect(
      traits({
        git_source: { git_url: 'https://github.com/acme/etl', git_provider: 'gitHub', git_branch: 'main', git_snapshot: { used_commit: '4f9c2d1' } },
        job_clusters: [{ job_cluster_key: 'main', new_cluster: cluster }],
        job_parameters: [{ name: 'mode', default: 'full', value: 'delta' }, { name: 'day', default: '2026-11-22' }],
        tasks: [task({ job_cluster_key: 'main' })],
      }),
    ).toEqual({ commit: '4f9c2d1', runtime: '15.4.x-scala2.12', node_type: 'm5.xlarge', nodes: '8', parameters: 'day=2026-11-22 mode=delta' })
  }) // prettier-ignore

  it('come from a task’s own cluster, too; several are told together', () => {
    const own = { ...cluster, node_type_id: 'r5.large', num_workers: undefined, autoscale: { min_workers: 2, max_workers: 10 }, docker_image: { url: 'r/etl:1' } } // prettier-ignore
    const both = traits({ job_clusters: [{ job_cluster_key: 'a', new_cluster: cluster }], tasks: [task({ new_cluster: own })] }) // prettier-ignore
    expect(both).toEqual({
      runtime: '15.4.x-scala2.12',
      node_type: 'm5.xlarge, r5.large',
      nodes: '2 to 10, 8',
      image: 'r/etl:1',
    })
  })

  it('tell what the tasks do by a fingerprint: another notebook is another, another day or attempt is not', () => {
    const of = (path: string, day: string, attempt = 0) =>
      traits({ tasks: [task({ attempt_number: attempt, notebook_task: { base_parameters: { day }, notebook_path: path } })] }).definition // prettier-ignore
    expect(of('/a', '21')).toMatch(/^[0-9a-f]{12}$/)
    expect(of('/a', '22', 1)).toBe(of('/a', '21'))
    expect(of('/b', '21')).not.toBe(of('/a', '21'))
  })

  it('are none where nothing is told, or not as published; the run is read all the same', () => {
    expect(traits({ tasks: [task({ existing_cluster_id: 'c-1' })] })).toEqual({})
    expect(traits({ git_source: 'main', job_clusters: {}, tasks: [task({ new_cluster: [], notebook_task: 7 })], job_parameters: [1] })).toEqual({}) // prettier-ignore
  })
})

describe('of which data a run is', () => {
  const dates = (run: Record<string, unknown>) => datesOfRun(runSchema.parse({ run_id: 1, ...run }))

  it('is told by parameters of the job before those of its tasks, of whatever kind', () => {
    const tasks = [
      task({ notebook_task: { base_parameters: { ds: '2026-11-20' } } }),
      task({ python_wheel_task: { named_parameters: { 'run-date': '2026-11-23' } } }),
      task({ spark_jar_task: { parameters: ['--dt', '2026-11-22'] } }),
    ]
    const ofTasks = { logical_date: '20261120', run_date: '20261123', dt: '20261122' }
    expect(dates({ tasks })).toEqual(ofTasks)
    const job_parameters = [{ name: 'logical_date', value: '2026-11-22', default: '2026-01-01' }, { name: 'mode', default: 'full' }] // prettier-ignore
    expect(dates({ tasks, job_parameters })).toEqual({ ...ofTasks, logical_date: '20261122' })
    expect(dates({ tasks: [task({ notebook_task: 7 })], job_parameters: [1] })).toEqual({})
  })
})
