// Kill Application: ends one Spark application and looks until Spark itself says that it has ended.
import * as z from 'zod'
import type { PlatformAction } from '../action.ts'

export const killApplication: PlatformAction = {
  id: 'spark.kill-application',
  title: 'Kill Application',
  consequence:
    'Ends {target} now. Work it has not written is lost; whoever submitted it decides about a rerun.',
  danger: true,
  endsEvidence: true,
  needs: 'application.kill',
  floor: 'responder',
  // Spark takes no reason; it stands on the timeline, in the audit and in the thread.
  params: z.strictObject({
    reason: z.string('expected text').trim().max(200, 'has more than 200 characters').optional(),
  }),
  target: ({ run, facts }) => run.runId ?? facts['app.app_id'] ?? null,
  execute: ({ target }, writer, signal) => writer.kill(target, signal),
  async verify({ target, run }, reader, signal) {
    const app = await reader.locate({ ...run, runId: target }, signal)
    if (app === null) return { kind: 'waiting', detail: `${target} is not known to ${reader.platform}.` }
    switch (app.state) {
      case 'killed':
      case 'failed':
      case 'finished':
        return { kind: 'verified', detail: `Spark says ${target} is ${app.state}.` }
      case 'waiting':
      case 'running':
      case 'unknown':
        return { kind: 'waiting', detail: `Spark still says ${target} is ${app.state}.` }
    }
  },
}
