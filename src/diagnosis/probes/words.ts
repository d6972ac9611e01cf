// What Spark said about a failure, by whom: failed tasks' errors and executors' removal reasons, and which to quote.
import type { PlatformReader, SparkApplication, SparkExecutor, SparkTask } from '../../ports.ts'
import type { Evidence } from '../model.ts'
import type { FailureMode, Said } from '../failures/model.ts'
import { bears, names } from '../failures/read.ts'
import { saidAt, shownAt } from '../performance/shown.ts'
import { evidence, plural } from './support.ts'
import { historyOf } from './went-on.ts'

export interface Words extends Said {
  /** For example `task 1.3 in stage 0.0 on executor 4`. */
  readonly from: string
  readonly link: string | null
  /** The run went on after it: the work was done again, and completed. */
  readonly passed?: true
}

/** Stages whose failed tasks are read: those that lost most. */
const STAGES_READ = 3
const TASKS_READ = 50

/** The errors of failed tasks; empty where the platform cannot tell. */
export async function wordsOfTasks(
  reader: PlatformReader,
  app: SparkApplication,
  signal: AbortSignal,
): Promise<Words[]> {
  if (!reader.capabilities.has('tasks')) return []
  const stages = await reader.stages(app, signal)
  const { wentOnAfter } = historyOf(stages)
  const failing = stages
    .filter(({ failedTasks }) => failedTasks > 0)
    .sort((a, b) => b.failedTasks - a.failedTasks)
    .slice(0, STAGES_READ)
  const lists = await Promise.all(
    failing.map(async (stage) =>
      (await reader.failedTasks(app, stage, signal, TASKS_READ)).map((task): Words => ({
        text: task.errorMessage ?? '',
        place: 'task',
        ...saidAt(app, whereabouts(task, stage), stage.link),
        ...(wentOnAfter(stage) ? { passed: true as const } : {}),
      })),
    ),
  )
  return lists.flat()
}

/** Which attempt of which task, where. */
export function whereabouts(
  task: SparkTask,
  stage: { readonly id: number; readonly attempt: number },
): string {
  return `task ${task.index}.${task.attempt} in stage ${stage.id}.${stage.attempt} on executor ${task.executorId}`
}

/** Why executors were removed, in the order given. */
export function wordsOfExecutors(lost: readonly SparkExecutor[], app: SparkApplication): Words[] {
  return lost.map((one) => ({
    text: one.removeReason ?? 'no reason given',
    // The allocator or master says it, of the container.
    place: 'container',
    ...saidAt(app, `executor ${one.id}, removeReason`, shownAt(app, 'allexecutors')),
  }))
}

/** One task's words and one executor's, those that bear the failure first, each with how many said the same. */
export function quotes(
  mode: FailureMode | null,
  tasks: readonly Words[],
  executors: readonly Words[],
): Evidence[] {
  const best = (words: readonly Words[], noun: string): Evidence[] => {
    const chosen =
      mode === null
        ? words.at(-1)
        : (words.find((one) => names(mode, one)) ?? words.findLast((one) => bears(mode, one)))
    if (chosen === undefined) return []
    const alike = words.filter(({ text }) => firstLine(text) === firstLine(chosen.text)).length
    return [
      evidence(
        chosen.text,
        alike > 1 ? `${chosen.from}; ${plural(alike, noun)} said so` : chosen.from,
        chosen.link,
      ),
    ]
  }
  const said = [...best(tasks, 'task'), ...best(executors, 'executor')]
  return said.length > 0 || executors.length === 0 ? said : quotes(null, [], executors)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
