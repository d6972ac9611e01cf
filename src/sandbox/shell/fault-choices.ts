// The faults menu: bad days that the three systems are known to have, each armed by one press.
import type { UiFaultChoice } from '../ui-state.ts'

/** In the order of the menu. `count: 0` lasts until it is cleared. */
export const FAULT_CHOICES: readonly UiFaultChoice[] = [
  {
    id: 'slack-429',
    target: 'slack',
    title: 'Too many requests',
    explains: 'Slack answers 429 three times, and asks to wait 5 seconds.',
    fault: { kind: 'rate_limited', count: 3, retryAfter: 5 },
  },
  {
    id: 'slack-lost-reply',
    target: 'slack',
    title: 'Lost reply to a post',
    explains: 'The next message is posted, but nobody learns of it. There must be no second card.',
    fault: { kind: 'lost_reply', match: 'chat.postMessage', count: 1 },
  },
  {
    id: 'slack-500',
    target: 'slack',
    title: 'Internal errors',
    explains: 'The next three calls fail with 500.',
    fault: { kind: 'server_error', count: 3 },
  },
  {
    id: 'slack-socket-loss',
    target: 'slack',
    title: 'Lost sockets',
    explains: 'Every WebSocket drops at once; presses go nowhere until Arrestor is back.',
    fault: { kind: 'socket_loss', count: 1 },
  },
  {
    id: 'slack-slow',
    target: 'slack',
    title: 'Slow answers',
    explains: 'The next five calls take 4 seconds each.',
    fault: { kind: 'slow', delayMs: 4000, count: 5 },
  },
  {
    id: 'slack-down',
    target: 'slack',
    title: 'Slack is down',
    explains: 'No call gets through until cleared. Pages must still go out.',
    fault: { kind: 'refuse', count: 0 },
  },
  {
    id: 'pagerduty-down',
    target: 'pagerduty',
    title: 'PagerDuty is down',
    explains: 'No call gets through until cleared. The page must arrive afterwards, once.',
    fault: { kind: 'refuse', count: 0 },
  },
  {
    id: 'pagerduty-429',
    target: 'pagerduty',
    title: 'Too many events',
    explains: 'The next three events are answered with 429.',
    fault: { kind: 'rate_limited', match: '/v2/enqueue', count: 3, retryAfter: 5 },
  },
  {
    id: 'pagerduty-lost-reply',
    target: 'pagerduty',
    title: 'Lost reply to an event',
    explains: 'The next page is taken, but nobody learns of it. It must not page twice.',
    fault: { kind: 'lost_reply', match: '/v2/enqueue', count: 1 },
  },
  {
    id: 'spark-slow',
    target: 'spark',
    title: 'Slow cluster',
    explains: 'Each of the next ten answers takes 8 seconds; a card must not wait for them.',
    fault: { kind: 'slow', delayMs: 8000, count: 10 },
  },
  {
    id: 'spark-down',
    target: 'spark',
    title: 'Spark is down',
    explains: 'Nothing answers until cleared; findings must say what they could not see.',
    fault: { kind: 'refuse', count: 0 },
  },
]
