// Where effects go: the outbox's destinations and their priorities. Pages and presses overtake edits (P14).

export const DESTINATIONS = {
  card: 'slack.card',
  thread: 'slack.thread',
  chart: 'slack.chart',
  secondRouteSlack: 'slack.second-route',
  page: 'pagerduty.event',
  event: 'webhook.event',
} as const

/** Smaller goes first. */
export const PRIORITY = { page: 0, press: 1, firstCard: 2, thread: 4, edit: 5, chart: 6 } as const

export const DUE = {
  escalation: 'escalation.step',
  actionLease: 'action.lease',
  actionVerify: 'action.verify',
  diagnosis: 'diagnosis.deadline',
  twinCheck: 'slack.twin-check',
  recovery: 'run.recovery',
  lookAgain: 'diagnosis.again',
  changes: 'changes.again',
} as const

export const JOBS = {
  diagnose: 'diagnose',
  act: 'act',
  verify: 'verify',
  twins: 'twins',
  recover: 'recover',
  relapse: 'relapse',
  changes: 'changes',
} as const
