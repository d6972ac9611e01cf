// docs/promises.md: what the product promises, and the tests whose titles bear the promise's number.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')

/** Each promise in a sentence or two. */
export const PROMISES: Readonly<Record<string, string>> = {
  P1: 'A webhook is answered 2xx only after its alerts are committed. What cannot be stored now is 503 with Retry-After; only an envelope that cannot be parsed is 400, a bad credential 401, a body too large 413. One bad element never sinks its neighbours.',
  P2: 'At most one open incident per key, enforced by the database.',
  P3: 'One card per incident, posted once, then edited. A post whose reply was lost is looked for and adopted before it is repeated; a late twin is deleted.',
  P4: 'Nothing in process memory decides whether a page goes out. Due times are rows; a restart loses none, and a late one is simply due.',
  P5: 'State is re-checked in the transaction that claims a send or an action; the effect follows after commit, outside any transaction; its result is recorded in a second one.',
  P6: 'A page whose condition still holds is retried with the same dedup key until PagerDuty has it. One that cannot be delivered shows on the card and in a metric, and goes out by the second route.',
  P7: 'One action in flight per target, fenced. An execution without an answer is unknown and its target held until a probe or a person settles it; nothing is blindly repeated.',
  P8: 'Buttons carry opaque ids. Who may press what is decided at the server, at the press and again at execution. Stale, replayed or foreign presses do nothing and say why.',
  P9: 'Text from outside is inert in Slack: it mentions nobody, hides no link, breaks no block.',
  P10: 'A read client cannot reach a write path (Spark’s kill endpoints answer to GET).',
  P11: 'Every notify, suppress, match, page and act, and every decision not to, has its reason on the timeline or in decisions; repeats are counted, not copied.',
  P12: 'Our secrets are in no log, message, timeline or error; credentials and personal data in evidence are redacted before it is stored or sent.',
  P13: 'What is not configured or not reachable is not offered, and a finding says what it could not see.',
  P14: 'A storm costs a bounded number of Slack calls; pages and people’s presses overtake edits.',
  P15: 'With any number of replicas each decision is committed once. Each effect is repeated only under an idempotency key or after looking; outgoing webhooks may double, and carry an id to know them by.',
}

export interface NumberedTest {
  readonly promises: readonly string[]
  /** From the root of the repository. */
  readonly file: string
  readonly title: string
}

/** A title that begins with numbers: `P3: ...`, `P7, P8: ...`. */
const TITLE = /(['"`])((?:P\d{1,2}(?:, |: ))+)(.+?)\1/g

/** Every test or group of tests whose title bears a promise's number, by file and in order. */
export function numberedTests(): NumberedTest[] {
  return readdirSync(path.join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.posix.join('tests', name.replaceAll(path.sep, '/')))
    .sort()
    .flatMap((file) =>
      [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(TITLE)].map(
        ([, , numbers = '', title = '']) => ({
          promises: numbers.match(/P\d+/g) ?? [],
          file,
          title: title.replaceAll(/\$\{[^}]*\}/g, '…'),
        }),
      ),
    )
}

export function promisesPage(): string {
  const tests = numberedTests()
  return `# Promises

What Arrestor promises, and the tests whose titles bear the promise's number. A title under \`tests/contract\` runs for
every implementation, one under \`tests/real\` on real parts.

${Object.entries(PROMISES)
  .map(([number, sentence]) => section(number, sentence, tests))
  .join('\n\n')}`
}

function section(number: string, sentence: string, tests: readonly NumberedTest[]): string {
  const bearing = tests.filter(({ promises }) => promises.includes(number))
  const list =
    bearing.length === 0
      ? '- no test bears this number yet'
      : bearing.map(({ file, title }) => `- ${title} ([${path.basename(file)}](../${file}))`).join('\n')
  return `## ${number}\n\n${sentence}\n\n${list}`
}
