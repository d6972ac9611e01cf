// Messages and a modal that use every block and element the page draws, and text that means harm.
import type { ModalView } from '@slack/types'

const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: true })
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text })

/** What comes in with an alert when somebody means harm, or only writes carelessly. */
export const HOSTILE =
  '<script>document.title="owned"</script> <img src=x onerror="document.title=\'owned\'"> &amp;lt; <javascript:alert(1)|click me> "\'`'

/** An incident's card, as the product would post it. */
export const CARD = {
  text: 'Executors of orders-daily are being killed',
  blocks: [
    { type: 'header', text: plain('Executors of orders-daily are being killed') },
    {
      type: 'section',
      block_id: 'facts',
      fields: [
        mrkdwn('*State*\n:red_circle: Triggered'),
        mrkdwn('*Severity*\nhigh'),
        mrkdwn('*Job*\n`orders-daily`'),
        mrkdwn('*Since*\n<!date^1795341600^{date_short_pretty} {time}|22 Nov 10:00>'),
      ],
    },
    {
      type: 'section',
      text: mrkdwn(
        '*Verdict: deterministic.* A rerun is *unsafe*: the same partition needs 6.1 GiB, its executor has 4.\nRunbook <https://example.com/runbooks/executor-oom.md|Executor out of memory>, matched by `alertname`.',
      ),
    },
    {
      type: 'context',
      elements: [mrkdwn('INC-42 · 3 alerts · last seen <!date^1795341660^{time}|10:01> · pages in 5 min')],
    },
    {
      type: 'actions',
      block_id: 'actions',
      elements: [
        { type: 'button', action_id: 'ack', text: plain('Acknowledge'), style: 'primary', value: 'inc-42' },
        { type: 'button', action_id: 'resolve', text: plain('Resolve'), value: 'inc-42' },
        { type: 'button', action_id: 'runbook', text: plain('View Runbook'), value: 'inc-42' },
        {
          type: 'button',
          action_id: 'kill',
          text: plain('Kill Application'),
          style: 'danger',
          value: 'inc-42',
          confirm: {
            title: plain('Kill app-20261122100000-0000?'),
            text: mrkdwn(
              'This ends *orders-daily* on `sandbox` for good. Work since its last commit is lost.',
            ),
            confirm: plain('Kill Application'),
            deny: plain('Keep It'),
            style: 'danger',
          },
        },
        {
          type: 'overflow',
          action_id: 'more',
          options: [
            { text: plain('Snooze 30 min'), value: 'snooze' },
            { text: plain('Escalate now'), value: 'escalate' },
          ],
        },
      ],
    },
  ],
}

/** Findings as they hang in the card's thread: rich text with a quoted log line. */
export const FINDING = {
  text: '3 executors died of exit code 137',
  blocks: [
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Why executors died', style: { bold: true } },
            { type: 'text', text: '\n3 executors exited with ' },
            { type: 'text', text: '137', style: { code: true } },
            { type: 'text', text: ', all of them in stage 7.' },
          ],
        },
        {
          type: 'rich_text_preformatted',
          elements: [
            {
              type: 'text',
              text: 'ExecutorLostFailure (executor 3 exited caused by one of the running tasks)\nReason: Container from a bad node: exit status 137. <!channel> *not bold*',
            },
          ],
        },
        {
          type: 'rich_text_list',
          style: 'bullet',
          elements: [
            { type: 'rich_text_section', elements: [{ type: 'text', text: 'Peak heap 3.9 of 4.0 GiB' }] },
            {
              type: 'rich_text_section',
              elements: [{ type: 'link', url: 'https://example.com/stage/7', text: 'Stage 7' }],
            },
          ],
        },
        {
          type: 'rich_text_list',
          style: 'ordered',
          indent: 1,
          elements: [
            { type: 'rich_text_section', elements: [{ type: 'text', text: 'spill 12 GiB' }] },
            {
              type: 'rich_text_section',
              elements: [
                { type: 'user', user_id: 'U0BOB' },
                { type: 'text', text: ' knows' },
              ],
            },
          ],
        },
        {
          type: 'rich_text_quote',
          elements: [
            { type: 'text', text: 'A quote: ' },
            { type: 'emoji', name: 'fire' },
          ],
        },
      ],
    },
    { type: 'context', elements: [mrkdwn('confidence *high* · could not reach: Prometheus')] },
  ],
}

/** Every old layout block and every element that a message may hold. */
export const EVERYTHING = {
  text: 'Everything',
  blocks: [
    {
      type: 'section',
      text: mrkdwn(
        '*bold* _italic_ ~strike~ `code` :wave: <@U0ALICE> <#C0GENERAL> <!here> <https://example.com/a_b?c=1&amp;d=2|a label>\n&gt; quoted, 2 &lt; 3 &amp; 4\n```a block <https://example.com>```',
      ),
      accessory: {
        type: 'static_select',
        action_id: 'level',
        placeholder: plain('Severity'),
        option_groups: [
          { label: plain('Loud'), options: [{ text: plain('Critical'), value: 'critical' }] },
          { label: plain('Calm'), options: [{ text: plain('Warning'), value: 'warning' }] },
        ],
      },
    },
    { type: 'section', text: mrkdwn(HOSTILE) },
    {
      type: 'section',
      text: plain('Plain *stays* plain <@U0ALICE>'),
      accessory: { type: 'image', image_url: 'https://evil.example.com/pixel.png', alt_text: 'a pixel' },
    },
    {
      type: 'image',
      image_url: 'https://charts.example.com/heap.png',
      alt_text: 'Heap',
      title: plain('Heap over an hour'),
    },
    { type: 'divider' },
    {
      type: 'actions',
      block_id: 'picks',
      elements: [
        { type: 'users_select', action_id: 'assign', placeholder: plain('Assign to…') },
        {
          type: 'radio_buttons',
          action_id: 'mode',
          options: [
            { text: plain('Dry run'), value: 'dry', description: plain('Shows what would happen') },
            { text: plain('For real'), value: 'real' },
          ],
        },
        {
          type: 'checkboxes',
          action_id: 'ticks',
          options: [
            { text: mrkdwn('Look at *heap*'), value: 'heap' },
            { text: mrkdwn('Look at skew'), value: 'skew' },
          ],
        },
        { type: 'datepicker', action_id: 'until' },
      ],
    },
  ],
}

/** A modal with every input. */
export const MODAL: ModalView = {
  type: 'modal',
  callback_id: 'resolve',
  title: plain('Resolve INC-42'),
  submit: plain('Resolve'),
  close: plain('Cancel'),
  blocks: [
    { type: 'section', text: mrkdwn('This closes the incident *and* its page.') },
    {
      type: 'input',
      block_id: 'cause',
      label: plain('What was it?'),
      hint: plain('One sentence; it goes to the timeline.'),
      element: {
        type: 'plain_text_input',
        action_id: 'text',
        multiline: true,
        placeholder: plain('Executor memory…'),
      },
    },
    {
      type: 'input',
      block_id: 'class',
      label: plain('Failure class'),
      element: {
        type: 'static_select',
        action_id: 'pick',
        options: [
          { text: plain('Transient'), value: 'transient' },
          { text: plain('Deterministic'), value: 'deterministic' },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'follow',
      optional: true,
      label: plain('Follow up'),
      element: {
        type: 'checkboxes',
        action_id: 'boxes',
        options: [
          { text: plain('Write a report'), value: 'report' },
          { text: plain('Mend the runbook'), value: 'runbook', description: plain('Opens a draft') },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'owner',
      optional: true,
      label: plain('Owner'),
      element: { type: 'users_select', action_id: 'user' },
    },
  ],
}
