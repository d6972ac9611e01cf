// One alert against 10, 1,000 and 10,000 runbooks: the curve, not only the number.
import type { Alert } from '../../src/alerts/model.ts'
import { indexOf } from '../../src/runbooks/index-of.ts'
import { matchAlert } from '../../src/runbooks/match.ts'
import { parseRunbook } from '../../src/runbooks/parse.ts'
import type { Runbook } from '../../src/runbooks/model.ts'
import { type Row, median } from './stats.ts'

const ALERT: Pick<Alert, 'name' | 'severity' | 'labels' | 'annotations' | 'run'> = {
  name: 'SparkExecutorOOMKilled',
  severity: 'critical',
  labels: {
    alertname: 'SparkExecutorOOMKilled',
    severity: 'critical',
    team: 'data-platform',
    job_name: 'orders-daily',
    namespace: 'spark-etl',
    pod: 'orders-exec-7',
  },
  annotations: {},
  run: {
    platform: 'prod',
    cluster: null,
    jobName: 'orders-daily',
    runId: null,
    attempt: null,
    retriesLeft: null,
  },
}

function runbook(n: number): Runbook {
  const matchers =
    n === 0
      ? `alertname=~"Spark(Executor|Container)OOM.*"`
      : n % 3 === 0
        ? `alertname=~"Other${n}.*"`
        : n % 3 === 1
          ? `alertname="Alert${n}", severity="critical"`
          : `namespace="ns-${n}", pod=~"p.*"`
  const text = `---\nid: book-${n}\ntitle: Book ${n}\nowner: data-platform\nmatch:\n  - '${matchers}'\n---\n# Book ${n}\n\nText.\n`
  const parsed = parseRunbook(text, `book-${n}.md`)
  if (parsed.runbook === null) throw new Error(JSON.stringify(parsed.problems))
  return parsed.runbook
}

export function benchMatching(): Row[] {
  return [10, 1_000, 10_000].map((count) => {
    const index = indexOf(Array.from({ length: count }, (_, n) => runbook(n)))
    const rounds = Array.from({ length: 7 }, () => {
      const start = performance.now()
      for (let i = 0; i < 20_000; i += 1) matchAlert(index, ALERT)
      return ((performance.now() - start) / 20_000) * 1_000
    })
    return {
      what: `one alert against ${count} runbooks`,
      measured: `median ${median(rounds).toFixed(1)} microseconds`,
      target: 'under 50 microseconds, flat',
    }
  })
}
