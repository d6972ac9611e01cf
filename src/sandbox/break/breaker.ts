// Fires and resolves scenarios: posts to the service as Alertmanager would, and remembers what is burning.
import { goTime, groupBy, webhookBody, type AlertGroup } from './alertmanager.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

/** What was fired and not yet resolved: resolving must use the same labels, also after a restart. */
export type Burning = { scenario: string; startsAt: string; appId?: string; groups: AlertGroup[] }

export type BreakResult =
  { ok: true; message: string; alerts: number } | { ok: false; error: string; message: string }

export type BreakerOptions = {
  /** The base URL of the service, without a slash at its end. */
  serviceUrl: string
  webhookToken: string
  /** Starts the recorded application; undefined when there is no such recording. */
  startApplication: (recording: string) => { appId: string } | undefined
  /** Whether that application still runs; a killed one must not be reported as burning again. */
  isRunning: (appId: string) => boolean
  /** Takes the cluster's workers away, or gives them back. */
  setWorkersAlive: (alive: boolean) => void
  /** When the pipeline last took a job back, in milliseconds since 1970; undefined where it never did. */
  rolledBackAt: (job: string) => number | undefined
  burning: () => Burning[]
  keep: (burning: Burning[]) => void
  now: () => number
}

export type Breaker = {
  /** Fires a scenario; one that burns already is sent again unchanged, as at Alertmanager's repeat_interval. */
  fire: (scenarioId: string) => Promise<BreakResult>
  /** Resolves one scenario, or everything that burns. */
  resolve: (scenarioId?: string) => Promise<BreakResult>
}

/** Alertmanager gives up on a webhook after its `group_interval`; a person at a page waits less long. */
const TIMEOUT_MS = 15_000

/** A breaker for one service. What burnt before a restart still does: the cluster is set accordingly. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { burning } = options
  const keep = (next: Burning[]): void => {
    options.keep(next)
    options.setWorkersAlive(!next.some((one) => losesWorkers(one.scenario)))
  }
  const iso = (): string => goTime(options.now())

  function light(scenario: Scenario): Burning {
    const old = burning().findLast((one) => one.scenario === scenario.id)
    if (old !== undefined && (old.appId === undefined || options.isRunning(old.appId))) return old
    const app = scenario.recording === undefined ? undefined : options.startApplication(scenario.recording)
    const startsAt = iso()
    const occasion = app === undefined ? { startsAt } : { startsAt, appId: app.appId }
    return {
      scenario: scenario.id,
      ...occasion,
      groups: groupBy(scenario.alerts(occasion), scenario.groupBy),
    }
  }

  /** What was deployed comes first, as it did. Sent again it is known by its id. */
  async function announce(scenario: Scenario, { startsAt }: Burning): Promise<Refused | undefined> {
    if (scenario.deployed === undefined) return undefined
    const jobs = scenario.alerts({ startsAt }).flatMap(({ labels }) => labels['job_name'] ?? [])
    const start = new Date(startsAt).getTime()
    // What is broken came last: fired again within the minute it goes out after the rollback, not before it.
    const back = Math.max(0, ...jobs.map((job) => options.rolledBackAt(job) ?? 0))
    const earliest = back < start ? back + 1 : 0
    const deployments = scenario.deployed.map(({ minutesBefore, ...said }, index, all) => ({
      id: `${scenario.id}-${said.version}-${startsAt}`,
      job_names: [...new Set(jobs)],
      team: scenario.team,
      platform: 'sandbox',
      at: goTime(Math.max(start - minutesBefore * 60_000, index === all.length - 1 ? earliest : 0)),
      ...said,
    }))
    return await post(options, 'deploy', { deployments })
  }

  async function deliver(groups: readonly AlertGroup[], endsAt?: string): Promise<Refused | undefined> {
    const answers = await Promise.all(
      groups.map((group) => post(options, 'alertmanager', webhookBody(group, endsAt))),
    )
    return answers.find((answer) => answer !== undefined)
  }

  options.setWorkersAlive(!burning().some((one) => losesWorkers(one.scenario)))
  return {
    async fire(scenarioId) {
      const scenario = SCENARIOS.find((one) => one.id === scenarioId)
      if (scenario === undefined) return noSuch(scenarioId)
      const fire = light(scenario)
      // Kept before it is sent: what the service has taken must be resolvable even if we die in between.
      keep([...burning().filter((one) => one !== fire), fire])
      const refused = (await announce(scenario, fire)) ?? (await deliver(fire.groups))
      if (refused !== undefined) return { ok: false, ...refused }
      const alerts = count([fire])
      return {
        ok: true,
        alerts,
        message: `${scenario.title}: ${plural(alerts)} sent, and taken by the service.`,
      }
    },
    async resolve(scenarioId) {
      if (scenarioId !== undefined && !SCENARIOS.some((one) => one.id === scenarioId))
        return noSuch(scenarioId)
      const out = burning().filter((one) => scenarioId === undefined || one.scenario === scenarioId)
      if (out.length === 0)
        return { ok: false, error: 'nothing_burns', message: 'Nothing of that is firing.' }
      const refused = await deliver(
        out.flatMap((one) => one.groups),
        iso(),
      )
      if (refused !== undefined) return { ok: false, ...refused }
      keep(burning().filter((one) => !out.includes(one)))
      return { ok: true, alerts: count(out), message: `${plural(count(out))} resolved at the source.` }
    },
  }
}

function losesWorkers(scenarioId: string): boolean {
  return SCENARIOS.some((one) => one.id === scenarioId && one.losesWorkers === true)
}

type Refused = { error: string; message: string }

/** Posts one body. Undefined when the service has taken it (2xx), else why not, in words. */
async function post(
  options: BreakerOptions,
  to: 'alertmanager' | 'deploy',
  body: unknown,
): Promise<Refused | undefined> {
  const url = `${options.serviceUrl}/webhooks/${to}`
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${options.webhookToken}`,
        'content-type': 'application/json',
        'user-agent': to === 'deploy' ? 'a-pipeline' : 'Alertmanager/0.28.1',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.arrayBuffer()
    if (response.ok) return undefined
    const message = `The service refused ${to === 'deploy' ? 'the deploy marker' : 'the alerts'}: ${String(response.status)} ${response.statusText} from ${url}.`
    return { error: 'refused', message }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    const message = `The service at ${options.serviceUrl} cannot be reached (${cause}). Is it running? Press again when it is.`
    return { error: 'unreachable', message }
  }
}

/** How many alerts burn in these. */
export function count(burning: readonly Burning[]): number {
  return burning.reduce(
    (sum, one) => sum + one.groups.reduce((all, group) => all + group.alerts.length, 0),
    0,
  )
}

const plural = (alerts: number): string => `${String(alerts)} ${alerts === 1 ? 'alert' : 'alerts'}`

function noSuch(scenario: string): BreakResult {
  const known = SCENARIOS.map((one) => one.id).join(', ')
  return {
    ok: false,
    error: 'no_such_scenario',
    message: `There is no scenario "${scenario}". There are: ${known}.`,
  }
}
