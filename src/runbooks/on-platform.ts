// What a step uses on a platform: its own `use` and parameters, or what `on` says for the platform's name or its kind.
import type { ActionStep, Params, ProbeStep } from './model.ts'

export interface Resolved {
  readonly use: string
  readonly params: Params
}

/**
 * The override of the platform's name, else of its kind; neither is the step as it stands. An override's parameters go
 * over the step's own one by one, and `null` takes one away. Names that are no platform here are for others.
 */
export function onPlatform(
  step: Pick<ProbeStep | ActionStep, 'use' | 'params' | 'on'>,
  platform: { readonly name: string; readonly kind: string } | null,
): Resolved {
  const key =
    platform === null ? undefined : [platform.name, platform.kind].find((one) => Object.hasOwn(step.on, one))
  const over = key === undefined ? undefined : step.on[key]
  if (over === undefined) return { use: step.use, params: step.params }
  const merged = Object.entries({ ...step.params, ...over.params })
  const params = merged.filter(([name]) => !Object.hasOwn(over.params, name) || over.params[name] !== null)
  return { use: over.use ?? step.use, params: Object.fromEntries(params) }
}
