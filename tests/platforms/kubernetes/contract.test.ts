// The contract of platforms over a stand-in of Kubernetes: spark-submit alone, and either operator.
import { CAPABILITIES } from '../../../src/platforms/kubernetes/reader.ts'
import { createSparkReplay } from '../../../src/sandbox/spark/replay.ts'
import { platformContract } from '../../contract/platform-reader.ts'
import { deadUrl } from '../support.ts'
import { NS, apacheApp, bench, driverPod, kubeflowApp } from './bench.ts'
import type { SparkApp } from './stand-in.ts'

const LOG = `${'26/11/22 14:30:00 INFO SparkContext: Running Spark version 4.1.0\n'.repeat(20)}the end of it\n`

for (const operator of ['none', 'kubeflow', 'apache'] as const)
  platformContract(`kubernetes, operator ${operator}`, CAPABILITIES, async () => {
    const spark = await createSparkReplay({ port: 0, line: '3.5' })
    const { appId, name } = spark.start('executor-oom')
    const { cluster, platformWith } = await bench({ installed: operator === 'none' ? [] : [operator] })
    const app: SparkApp | null =
      operator === 'kubeflow'
        ? kubeflowApp(name, { status: { sparkApplicationId: appId } })
        : operator === 'apache'
          ? apacheApp(name)
          : null
    if (app !== null && operator !== 'none') cluster.put(operator, app)
    const pod = driverPod({
      name: `${name}-driver`,
      appId,
      labels: {
        'spark-app-name': name,
        ...(operator === 'kubeflow' ? { 'sparkoperator.k8s.io/app-name': name } : {}),
        ...(operator === 'apache' ? { 'spark.operator/spark-app-name': name } : {}),
      },
      ...(app === null ? {} : { owner: app }),
    })
    cluster.pods.push(pod)
    cluster.uis.set(`${name}-driver`, spark.uiUrl(appId))
    cluster.logs.set(`${name}-driver`, LOG)
    // Spark notices that its pod is told to end; the replay has a button for that.
    cluster.onGone = () =>
      void fetch(`${spark.masterUrl}/app/kill/`, {
        method: 'POST',
        body: new URLSearchParams({ id: appId, terminate: 'true' }),
        redirect: 'manual',
      })
    const nowhere = await deadUrl()
    const config = { history_url: spark.historyUrl, operator }
    return {
      platform: platformWith({ ...config, actions: ['application.kill'] }),
      readOnly: platformWith(config),
      unreachable: platformWith({
        auth: { type: 'token', server: nowhere, token: 'any' },
        history_url: nowhere,
      }),
      appId,
      jobName: name,
      expected: { check: new RegExp(`v1\\.34\\.1 lets us read ${NS}`) },
      async close() {
        await spark.close()
        await cluster.close()
      },
    }
  })
