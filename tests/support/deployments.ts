// Deploy markers and what a rollback says beside them, for tests.
import type { DeployKind } from '../../src/alerts/deploy-marker.ts'
import type { Deployment } from '../../src/incidents/deployments.ts'

/** A marker of one job, done and received at once. */
export function markerOf(
  what: DeployKind,
  version: string | null,
  at: Date,
  more: Partial<Deployment> = {},
): Deployment {
  return {
    sender: 'ci',
    externalId: `${what}-${version}-${at.getTime()}`,
    team: 'data-platform',
    platform: null,
    jobNames: ['nightly-orders'],
    what,
    commit: null,
    image: null,
    version,
    summary: null,
    by: null,
    url: null,
    at,
    receivedAt: at,
    ...more,
  }
}

/** What flow says of incident, run and person of a job. */
export function aboutFor(jobName: string): Readonly<Record<string, unknown>> {
  return {
    incident: { id: 'inc_1', number: 1, team: 'data-platform', title: 'x', severity: 'high', link: null },
    run: { platform: 'batch', cluster: null, job_name: jobName, run_id: null, attempt: null },
    requested_by: { kind: 'person', id: 'U0BOB', name: 'bob' },
    requested_at: new Date().toISOString(),
  }
}
