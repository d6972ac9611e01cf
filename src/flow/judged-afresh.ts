// What an action is judged by, asked anew of the platform just before it runs: the world has moved since it was offered (P5, P8).
import { discreetReader, discreetResult } from '../diagnosis/discreet.ts'
import { runProbes } from '../diagnosis/run-probes.ts'
import type { Incident } from '../incidents/model.ts'
import type { Action } from '../remediation/action.ts'
import { judge } from '../remediation/caution.ts'
import type { Order } from '../remediation/order.ts'
import { type Role, mayDo } from '../remediation/roles.ts'
import { outputNames } from '../runbooks/template-names.ts'
import type { FlowDeps } from './deps.ts'
import { discretionOf } from './settings.ts'

/** With the capture before it and the execution after it, it stays within the action's lease. */
const ASK_MS = 12_000

/**
 * Why the action must not run after all, for one with this role, by what the alert's labels say of its data; null where nothing stands against it. What cannot be
 * asked is not known, and judged as that. Does not throw.
 */
export async function refusedAfresh(
  deps: Pick<FlowDeps, 'settings' | 'readers' | 'clock'>,
  incident: Incident,
  action: Action,
  { run, target }: Order,
  { role, labels }: { readonly role: Role; readonly labels: Readonly<Record<string, string>> },
): Promise<string | null> {
  const { caution, title } = action
  if (caution === undefined) return null
  const discretion = discretionOf(deps.settings, incident.team)
  const bare = incident.platform === null ? undefined : deps.readers.get(incident.platform)
  const [found] = await runProbes(
    [{ id: caution.step, use: caution.probe, heading: title, params: {} }],
    {
      run: { ...run, runId: target },
      labels,
      reader: bare === undefined ? null : discreetReader(bare.fresh ?? bare, discretion),
      // The probe's own deadline comes first, and tells it as something that could not be seen.
      signal: AbortSignal.timeout(2 * ASK_MS),
      now: deps.clock.now(),
      ...(deps.settings.limits === undefined ? {} : { limits: deps.settings.limits }),
      deployments: [],
    },
    { deadlineMs: ASK_MS, concurrency: 1 },
  )
  const outputs =
    found === undefined ? {} : { [caution.step]: discreetResult(discretion, caution.probe, found).outputs }
  const judgement = judge(caution, outputNames(outputs))
  if (judgement.kind === 'withheld') return judgement.says
  if (judgement.requires === null) return null
  const permission = mayDo(role, judgement.requires, title, incident.team)
  return permission.may ? null : `${judgement.says ?? ''} ${permission.sentence}`.trim()
}
