// The application an alert speaks of: which one, in which state, where to look.
import type { ApplicationState, FoundAt, SparkApplication } from '../../ports.ts'
import type { FindingSeverity, Probe } from '../model.ts'
import { NO_PARAMS, outputsOf, span, withApplication } from './support.ts'

const SEEN_AT: Readonly<Record<FoundAt, string>> = {
  driver: 'at its driver UI',
  history: 'in the History Server',
  'event-log': 'in its event log',
  master: "in the master's record alone",
  'resource-manager': "in the resource manager's record alone",
  cluster: "in the cluster's record alone",
}

/** A failed application is worth a look; every other state is a fact without a grade. */
const GRADES: Partial<Readonly<Record<ApplicationState, FindingSeverity>>> = { failed: 'high', killed: 'low' }

export const application: Probe = {
  id: 'spark.application',
  title: 'The application',
  needs: ['application'],
  params: NO_PARAMS,
  outputs: {
    app_id: 'application id',
    name: 'application name',
    state: 'waiting, running, finished, failed, killed or unknown',
    running: 'true while it waits or runs',
    found_at:
      'driver, history, event-log, master, resource-manager or cluster: the nearest place that knows it',
    user: 'who submitted it',
    spark_version: 'for example 3.5.9',
    minutes: 'minutes it has run',
    link: 'page for people',
  },
  run: (_params, context) =>
    withApplication(application, context, (app) => {
      const ms =
        app.startedAt === null ? null : (app.endedAt ?? context.now).getTime() - app.startedAt.getTime()
      return Promise.resolve({
        outputs: outputsOf(application, {
          app_id: app.id,
          name: app.name,
          state: app.state,
          running: app.state === 'running' || app.state === 'waiting',
          found_at: app.foundAt,
          user: app.user,
          spark_version: app.sparkVersion,
          minutes: ms === null ? null : Number((ms / 60_000).toFixed(1)),
          link: app.link,
        }),
        findings: [
          {
            probe: application.id,
            severity: GRADES[app.state] ?? 'none',
            sentence: `${app.name} (${app.id}) ${standing(app, ms)}, seen ${SEEN_AT[app.foundAt]}.`,
            evidence: [],
            link: app.link,
            confidence: app.foundAt === 'driver' ? 'high' : 'medium',
            unreached: app.unreached,
          },
        ],
      })
    }),
}

function standing(app: SparkApplication, ms: number | null): string {
  const time = ms === null ? '' : ` ${span(Math.max(0, ms))}`
  switch (app.state) {
    case 'running':
      return time === '' ? 'is running' : `has been running for${time}`
    case 'waiting':
      return time === '' ? 'is waiting for executors' : `has been waiting for executors for${time}`
    case 'finished':
    case 'failed':
    case 'killed':
      return `${app.state === 'killed' ? 'was killed' : app.state}${time === '' ? '' : ` after${time}`}`
    case 'unknown':
      return 'is in a state that nobody tells'
  }
}
