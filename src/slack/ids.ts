// The names our buttons, modals and metadata carry. Action ids name what is pressed; values are opaque ids (P8).

export const ACTION = {
  acknowledge: 'acknowledge',
  resolve: 'resolve',
  viewRunbook: 'view_runbook',
  /** In the runbook's modal; pages and answers are told apart after the colon. */
  runbookPage: 'runbook_page',
  runbookTick: 'runbook_tick',
  runbookVote: 'runbook_vote',
  runbookNewer: 'runbook_newer',
  act: 'act',
  /** An action that asks for more before it runs: opens a form. */
  ask: 'ask',
  settleHappened: 'settle_happened',
  settleNot: 'settle_not',
  /** Buttons that are links: Slack still sends a press, which must be answered. */
  link: 'link',
} as const

/** Metadata under which a post is found again when its reply was lost. */
export const METADATA = {
  card: 'arrestor_card',
  thread: 'arrestor_thread',
  secondRoute: 'arrestor_second_route',
} as const

/** Callback ids of modals that are submitted. */
export const SUBMIT = {
  actionInputs: 'action_inputs',
} as const
