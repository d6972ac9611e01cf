// Nothing of AWS is loaded for a configuration alone: an idle service has no memory for its SDK.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const REGISTRY = path.join(import.meta.dirname, '../../../src/platforms/registry.ts')
const PROGRAM = `
import { registerHooks } from 'node:module'
const loaded = []
registerHooks({ load(url, context, next) { if (/@aws-sdk|@smithy/.test(url)) loaded.push(url); return next(url, context) } })
const { createPlatform, platformConfigSchema } = await import(${JSON.stringify(REGISTRY)})
const common = { region: 'eu-west-1', actions: ['application.kill'] }
for (const config of [
  { kind: 'emr', clusters: { by: 'tags', tags: {} }, ...common },
  { kind: 'emr-serverless', application_ids: ['00f1'], ...common },
  { kind: 'emr-on-eks', virtual_cluster_ids: ['b4'], ...common },
]) createPlatform('x', platformConfigSchema.parse(config), { normaliseJobName: (name) => name })
console.log(JSON.stringify(loaded))
`

// A process of its own; on a busy machine its start alone takes seconds.
it('loads no SDK before it is asked', { timeout: 30_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM])
  expect(JSON.parse(stdout)).toEqual([])
})
