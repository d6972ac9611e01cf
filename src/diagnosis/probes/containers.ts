// What became of a run's containers: which ended badly or find no place, why, and what the platform noted about them.
import type { Run } from '../../alerts/model.ts'
import { reasonOf } from '../../errors.ts'
import type { PlatformEvent, PlatformReader, RunContainer } from '../../ports.ts'
import { type Sighting, strongest } from '../failures/read.ts'
import type { Evidence, Finding, FindingSeverity, Probe } from '../model.ts'
import { NO_PARAMS, blank, evidence, mostOf, outputsOf, plural, unseen } from './support.ts'
import type { Words } from './words.ts'

/** Events that are asked for, and of those that warn how many are quoted. */
const EVENTS_READ = 100
const EVENTS_QUOTED = 2

/** Reasons for which a container never starts by itself: somebody has to change its definition or a permission. */
const HOPELESS: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'CrashLoopBackOff',
])
/** What every container goes through. */
const BEGINNING: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing', 'Pending'])

export const containers: Probe = {
  id: 'run.containers',
  title: 'What became of its containers',
  needs: ['containers'],
  params: NO_PARAMS,
  outputs: {
    containers: 'containers that the platform still knows, alive and ended',
    bad: 'those that ended badly',
    waiting: 'those that wait for a place, an image, or a next start',
    restarts: 'how often containers were started again, all together',
    worst_reason:
      "the platform's word for the worst of them: OOMKilled, Evicted, ImagePullBackOff, Unschedulable, ...; none",
    worst_role: 'driver, executor or other',
    exit_code: 'exit code of the worst',
    node: 'machine that most of the bad ones ran on',
    memory_limit_mib: 'memory limit of the worst, MiB',
    signature: 'id of the failure mode that its words and events name, unknown, or none',
    cause: 'the same in words',
    class: 'transient, deterministic, infrastructure, permission, data or unknown',
  },
  async run(_params, { reader, run, signal }) {
    const platform = reader as PlatformReader
    const { seen, bad, waiting, warnings, told, unreached } = await look(platform, run, signal)
    if (seen.length === 0 && warnings.length === 0) {
      const sentence = `${platform.platform} has no containers of this run any more.`
      return { outputs: blank(containers), findings: [unseen(containers.id, sentence, unreached)] }
    }
    const best = strongest(told.map(({ words }) => words))
    // What is said to mean the failure must be said of the container that it was.
    const worst = told.find(({ words }) => words === best?.said)?.container ?? told[0]?.container ?? null
    const failing = told.length > 0
    return {
      outputs: outputsOf(containers, {
        containers: seen.length,
        bad: bad.length,
        waiting: waiting.length,
        restarts: restartsOf(seen),
        worst_reason: worst === null ? 'none' : reasonFor(worst),
        worst_role: worst?.role ?? null,
        exit_code: worst?.exitCode ?? null,
        node: mostOf(bad.flatMap(({ node }) => node ?? [])),
        memory_limit_mib:
          worst?.memoryLimitBytes == null ? null : Math.round(worst.memoryLimitBytes / 2 ** 20),
        signature: best?.mode.id ?? (failing ? 'unknown' : 'none'),
        cause: best?.cause ?? (failing ? 'unknown' : 'none'),
        class: best?.mode.class ?? 'unknown',
      }),
      findings: [findingOf({ seen, bad, waiting, worst, warnings, best, unreached })],
    }
  },
}

/** What is in trouble and what was noted about it, in words: the gravest first. Throws where containers cannot be read. */
export async function troublesOf(
  platform: PlatformReader,
  run: Run,
  signal: AbortSignal,
): Promise<readonly Words[]> {
  return (await look(platform, run, signal)).told.map(({ words }) => words)
}

interface Seen {
  readonly seen: readonly RunContainer[]
  readonly bad: readonly RunContainer[]
  readonly waiting: readonly RunContainer[]
  readonly warnings: readonly PlatformEvent[]
  readonly unreached: readonly string[]
}
interface Told {
  readonly words: Words
  /** Null for an event. */
  readonly container: RunContainer | null
}

async function look(
  platform: PlatformReader,
  run: Run,
  signal: AbortSignal,
): Promise<Seen & { readonly told: readonly Told[] }> {
  const seen = await platform.containers(run, signal)
  const { events, unreached } = await eventsOf(platform, () => platform.events(run, EVENTS_READ, signal))
  const warnings = events.filter(({ warning }) => warning)
  const bad = seen.filter(endedBadly)
  const waiting = seen.filter(waits)
  const told = [
    ...[...bad, ...waiting].sort(byGravity).map((container) => ({ words: wordsOf(container), container })),
    ...warnings.map((event) => ({ words: wordsOfEvent(event), container: null })),
  ]
  return { seen, bad, waiting, warnings, unreached, told }
}

interface Looked extends Seen {
  readonly worst: RunContainer | null
  readonly best: Sighting<Words> | null
}

function findingOf(looked: Looked): Finding {
  const { seen, warnings, best, worst, unreached } = looked
  return {
    probe: containers.id,
    severity: severityOf(looked),
    sentence: `${sentenceOf(looked)}${meaningOf(looked)}.`,
    evidence: quoted(looked),
    // The sentence counts; each of those that are quoted has its own.
    link: seen[0]?.listedAt ?? warnings[0]?.link ?? null,
    confidence: best?.certainty ?? (worst === null ? 'medium' : 'low'),
    unreached,
  }
}

/** What the failure means, behind the worst; in a part of its own where an event names another one than the worst does. */
function meaningOf({ worst, best }: Looked): string {
  if (best === null) return ''
  const own = worst === null ? null : strongest([wordsOf(worst)])
  return own === null || own.mode.id === best.mode.id
    ? `: ${best.meaning}`
    : `; an event about it names ${best.cause}: ${best.meaning}`
}

/** The driver is the run; of executors it counts how many went the same way. Waiting has its time in `run.state`. */
function severityOf({ seen, bad, waiting, worst, warnings }: Looked): FindingSeverity {
  if (worst === null) return warnings.length > 0 ? 'low' : 'none'
  const hopeless = waiting.some(({ reason }) => HOPELESS.has(reason ?? ''))
  if (hopeless || bad.some(({ role }) => role === 'driver')) return 'high'
  if (bad.length > 0) return bad.length * 2 >= seen.length ? 'high' : 'medium'
  return worst.role === 'driver' ? 'medium' : 'low'
}

function sentenceOf({ seen, bad, waiting, worst, warnings }: Looked): string {
  const of = `of ${plural(seen.length, 'container')}`
  if (worst === null)
    return warnings.length === 0
      ? `${plural(seen.length, 'container')} ${seen.length === 1 ? 'is' : 'are'} well`
      : `No container that is still known is in trouble (${seen.length}), yet ${plural(warnings.length, 'warning')} stand${warnings.length === 1 ? 's' : ''} about it`
  const parts = [
    ...(bad.length === 0 ? [] : [`${bad.length} ${of} ended badly`]),
    ...(waiting.length === 0
      ? []
      : [`${waiting.length}${bad.length === 0 ? ` ${of}` : ''} ${waiting.length === 1 ? 'waits' : 'wait'}`]),
  ]
  const code = worst.exitCode === null ? '' : `, exit code ${worst.exitCode}`
  return `${parts.join(' and ')}; the worst is the ${worst.role === 'other' ? `container ${worst.id}` : worst.role}'s, ${reasonFor(worst)}${code}`
}

/** The container that bears the failure, or the worst; then the warnings that tell most. */
function quoted({ bad, waiting, worst, warnings, best }: Looked): readonly Evidence[] {
  const troubled = [...bad, ...waiting]
  const said = best === null ? null : best.said
  const first =
    said !== null && troubled.some(({ id }) => said.from.endsWith(id))
      ? said
      : worst === null
        ? null
        : wordsOf(worst)
  const alike = first === null ? 0 : troubled.filter((one) => wordsOf(one).text === first.text).length
  return [
    ...(first === null
      ? []
      : [
          evidence(
            first.text,
            alike > 1 ? `${first.from}; ${plural(alike, 'container')} went so` : first.from,
            first.link,
          ),
        ]),
    ...warnings
      .slice(0, EVENTS_QUOTED)
      .map(wordsOfEvent)
      .map(({ text, from, link }) => evidence(text, from, link)),
  ]
}

/** As the failure engine reads them: whose it was, the platform's reason, the code, the platform's message. */
function wordsOf(one: RunContainer): Words {
  const whose = one.role === 'other' ? `Container ${one.id}` : `The ${one.role}'s container`
  const code = one.exitCode === null ? '' : `, exit code ${one.exitCode}`
  const message = one.message === null || one.message.trim() === '' ? '' : `: ${one.message.trim()}`
  return {
    text: `${whose} ${one.state === 'ended' ? 'ended' : 'waits'}: ${reasonFor(one)}${code}${message}`,
    place: 'container',
    from: `container ${one.id}`,
    link: one.link,
  }
}

function wordsOfEvent({ about, reason, text, count, link }: PlatformEvent): Words {
  return {
    text: `${reason}: ${text}`,
    place: 'container',
    from: `event about ${about}${count > 1 ? `, ${count} times` : ''}`,
    link,
  }
}

function endedBadly({ state, exitCode, reason }: RunContainer): boolean {
  if (state !== 'ended') return false
  return exitCode === null
    ? reason !== null && reason !== 'Completed'
    : exitCode !== 0 || reason === 'OOMKilled'
}

function waits({ state, reason }: RunContainer): boolean {
  return state === 'waiting' && !BEGINNING.has(reason ?? 'Pending')
}

function reasonFor({ reason, exitCode }: RunContainer): string {
  return reason ?? (exitCode === null ? 'no reason given' : 'Error')
}

/** What says most before what says only that it failed; the driver before executors; the latest before the earlier. */
function byGravity(a: RunContainer, b: RunContainer): number {
  const rank = ({ role, reason, state }: RunContainer): number =>
    (role === 'driver' ? 0 : 4) +
    (state === 'ended' ? 0 : 2) +
    (reason === null || reason === 'Error' ? 1 : 0)
  return rank(a) - rank(b) || (b.endedAt?.getTime() ?? 0) - (a.endedAt?.getTime() ?? 0)
}

/** A container that is told twice (as it is, and as it was before its last restart) has its restarts once. */
function restartsOf(seen: readonly RunContainer[]): number {
  const each = new Map(seen.map(({ id, restarts }) => [id.replace(/ \(before .*$/, ''), restarts]))
  return [...each.values()].reduce((sum, one) => sum + one, 0)
}

/** Events are good to have: a platform without them, or that refuses them, still tells its containers. */
async function eventsOf(
  { capabilities }: PlatformReader,
  ask: () => Promise<readonly PlatformEvent[]>,
): Promise<{ readonly events: readonly PlatformEvent[]; readonly unreached: readonly string[] }> {
  if (!capabilities.has('events')) return { events: [], unreached: [] }
  try {
    return { events: await ask(), unreached: [] }
  } catch (error) {
    return { events: [], unreached: [`events: ${reasonOf(error)}`] }
  }
}
