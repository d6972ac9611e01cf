// One replayed application: which recording, since when, whether it has ended, and what it answers at a given time.
import type { Answer, Moment, Recording } from './recording.ts'
import { HOSTS } from './recording.ts'
import { type Shift, replaced, restDate, shifted } from './shift.ts'
import { threadsAnswer } from './threads.ts'
import { stages, taskList, taskSummary } from './tasks.ts'

export interface Addresses {
  readonly master: string
  /** Of the driver UI of one application. */
  driver(appId: string): string
  /** False where the History Server answers, which has no threads. */
  readonly live?: boolean
}

export interface ReplayedApplication {
  readonly appId: string
  readonly recording: Recording
  readonly startedAt: number
  readonly name: string
  /** Null while it runs. */
  endedAt: number | null
}

type Body = Record<string, unknown>

/** The moment that counts now, and the state as the master says it. */
export function momentOf(app: ReplayedApplication): Moment {
  return app.endedAt === null ? app.recording.live : app.recording.ended
}

export function stateOf(app: ReplayedApplication): 'RUNNING' | 'KILLED' | 'FINISHED' {
  if (app.endedAt === null) return 'RUNNING'
  return app.recording.live.over === true ? 'FINISHED' : 'KILLED'
}

/** The master's entry for it, in `activeapps` or `completedapps`. */
export function masterEntry(app: ReplayedApplication, now: number, at: Addresses): Body {
  const { activeapps, completedapps } = momentOf(app).master['/json/'].body as {
    activeapps: Body[]
    completedapps: Body[]
  }
  const recorded = [...activeapps, ...completedapps].find((one) => one['id'] === app.recording.live.appId)
  const entry = shifted(recorded ?? {}, shiftOf(app, now, at, app.startedAt)) as Body
  return {
    ...entry,
    state: stateOf(app),
    ...(app.endedAt === null ? {} : { duration: app.endedAt - Number(entry['starttime']) }),
  }
}

/** An HTML page of the master about it. */
export function masterPage(
  app: ReplayedApplication,
  which: '/' | '/app/',
  now: number,
  at: Addresses,
): string {
  return replaced(String(momentOf(app).master[which].body), shiftOf(app, now, at, app.startedAt))
}

/**
 * What its driver UI or the History Server answers below `/applications/<id>`; null where nothing was recorded.
 * The application's own start stays where it was; executors and tasks move along while it runs, as those of an
 * application that keeps failing do, so that the last death is always a moment ago.
 */
export function answerOf(
  app: ReplayedApplication,
  relative: string,
  query: URLSearchParams,
  now: number,
  at: Addresses,
): Answer | null {
  const moment = momentOf(app)
  const dump = /^executors\/([^/]+)\/threads$/.exec(relative)?.[1]
  if (dump !== undefined) {
    const executors = moment.app['allexecutors']?.body as { id: string; isActive: boolean }[]
    return threadsAnswer(app.recording.line, dump, executors, app.endedAt === null && at.live !== false)
  }
  const recorded = find(moment, relative)
  if (recorded === null) return null
  const answer = narrowed(recorded, relative, query)
  const until = app.endedAt ?? now
  const moves = relative.endsWith('executors') || relative.endsWith('taskList')
  const anchor = moves ? until - (moment.at - app.recording.live.at) : app.startedAt
  const body = shifted(answer.body, shiftOf(app, now, at, anchor))
  return {
    ...answer,
    body: relative === '' && app.endedAt !== null ? withEnd(body as Body, app.endedAt) : body,
  }
}

/** What a living driver says of itself at `/metrics/json/`; null where that was not recorded. */
export function metricsOf(app: ReplayedApplication, now: number, at: Addresses): Answer | null {
  const { metrics } = app.recording.live
  if (metrics === undefined) return null
  return { ...metrics, body: shifted(metrics.body, shiftOf(app, now, at, app.startedAt)) }
}

function find(moment: Moment, relative: string): Answer | null {
  const { app } = moment
  const exact = app[relative] ?? app[`${relative}?details=false`]
  if (exact !== undefined) return exact
  const name = Object.keys(app).find((key) => key.startsWith(`${relative}?`))
  return name === undefined ? oneStage(moment, relative) : (app[name] ?? null)
}

/** A stage with its attempts, or one of them, out of the list of all. */
function oneStage({ app }: Moment, relative: string): Answer | null {
  const [, id, attempt] = /^stages\/(\d+)(?:\/(\d+))?$/.exec(relative) ?? []
  const all = app['stages?details=false']
  if (id === undefined || all === undefined) return null
  const attempts = (all.body as Body[]).filter(
    (one) => one['stageId'] === Number(id) && (attempt === undefined || one['attemptId'] === Number(attempt)),
  )
  if (attempts.length === 0) return null
  return { ...all, body: attempt === undefined ? attempts : attempts[0] }
}

function narrowed(answer: Answer, relative: string, query: URLSearchParams): Answer {
  if (relative.endsWith('/taskList')) return taskList(answer, query)
  if (relative.endsWith('/taskSummary')) return taskSummary(answer, query)
  return relative === 'stages' ? stages(answer, query) : answer
}

/** `anchor` is the instant at which what was recorded alive is said to have been recorded. */
function shiftOf(app: ReplayedApplication, now: number, at: Addresses, anchor: number): Shift {
  return {
    offsetMs: anchor - app.recording.live.at,
    growMs: (app.endedAt ?? now) - app.startedAt,
    replace: [
      [HOSTS.driver, at.driver(app.appId)],
      [HOSTS.master, at.master],
      [app.recording.live.appId, app.appId],
      [app.recording.ended.appId, app.appId],
    ],
  }
}

/** The end is when it was ended here, not as long after the start as in the recording. */
function withEnd(body: Body, endedAt: number): Body {
  const attempts = (body['attempts'] as Body[]).map((attempt) =>
    attempt['completed'] === true
      ? { ...attempt, endTime: restDate(new Date(endedAt)), endTimeEpoch: endedAt, lastUpdated: restDate(new Date(endedAt)), lastUpdatedEpoch: endedAt, duration: endedAt - Number(attempt['startTimeEpoch']) }
      : attempt,
  ) // prettier-ignore
  return { ...body, attempts }
}
