// The application an alert speaks of: which one, in which state, where to look.
import type { ApplicationState, FoundAt, SparkApplication } from '../../ports.ts'
import type { FindingSeverity, Probe } from '../model.ts'
import { NO_PARAMS, evidence, outputsOf, span, withApplication } from './support.ts'

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

/**
 * A driver UI that is not there or cannot: refused, cut off, silent once it has taken the connection, or 5xx of whoever
 * stands before it. Not: a time that ran out before (a firewall looks so as well), a name that is not known, a login or a
 * missing right, which are ours to mend.
 */
const DEAF =
  /^driver UI: .*(?:ECONNREFUSED|ECONNRESET|socket hang up|breaks off in the middle|took the connection and did not answer|it answers 5\d\d)\b/
/** A proxy takes connections for a driver that cannot be reached from there: less certain. */
const SILENT = /\btook the connection and did not answer\b/

/** Why its driver UI does not answer though whoever keeps the record says that it runs; null where that is not so. */
function deafness({ state, foundAt, unreached }: SparkApplication): string | null {
  if (state !== 'running' || foundAt === 'driver') return null
  return unreached.find((one) => DEAF.test(one)) ?? null
}

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
    unreachable:
      'true while it is said to run and its driver UI refuses, breaks off, takes a connection and stays silent, or is answered for with 5xx by a proxy',
  },
  run: (_params, context) =>
    withApplication(application, context, (app) => {
      const ms =
        app.startedAt === null ? null : (app.endedAt ?? context.now).getTime() - app.startedAt.getTime()
      const deaf = deafness(app)
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
          unreachable: deaf !== null,
        }),
        findings: [
          {
            probe: application.id,
            severity: GRADES[app.state] ?? (deaf === null ? 'none' : 'medium'),
            sentence: `${app.name} (${app.id}) ${standing(app, ms)}, seen ${SEEN_AT[app.foundAt]}${deaf === null ? '' : '; its driver does not answer'}.`,
            evidence:
              deaf === null
                ? []
                : [evidence(`driver_unreachable: ${deaf}`, 'the way to the driver UI', app.link)],
            link: app.link,
            confidence:
              app.foundAt === 'driver' ? 'high' : deaf !== null && SILENT.test(deaf) ? 'low' : 'medium',
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
