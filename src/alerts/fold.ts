// What a batch of alerts means against what is known of their signals: which begin, repeat, end, or come too late. Pure.
import { type Instance, type InstanceKey, instanceText, signalText } from './instances.ts'
import type { Alert } from './model.ts'

export interface OwnedAlert {
  readonly team: string
  readonly platform: string | null
  readonly alert: Alert
}

/** Why an alert changed nothing. */
export type IgnoredReason = 'firing_after_its_resolution' | 'resolved_before_firing' | 'already_resolved'

export interface Folded {
  /** Signals that begin, with the incident their signal already belongs to, if any. */
  readonly begin: readonly (OwnedAlert & { readonly knownIncidentId: string | null })[]
  readonly repeat: readonly (InstanceKey & { times: number })[]
  readonly end: readonly (InstanceKey & { endsAt: Date })[]
  /** Resolutions of what we never saw firing: kept, so that a late firing of the same start opens nothing. */
  readonly endedUnseen: readonly OwnedAlert[]
  readonly ignored: readonly { readonly owned: OwnedAlert; readonly reason: IgnoredReason }[]
}

interface Known {
  key: InstanceKey
  status: 'firing' | 'resolved'
  /** Where it belongs already; null too for what begins in this very batch and will be placed by its key. */
  incidentId: string | null
}

/** Folds a batch, in order of arrival, into the instances that `known` holds. */
export function foldAlerts(batch: readonly OwnedAlert[], known: readonly Instance[], now: Date): Folded {
  const byInstance = new Map<string, Known>()
  const bySignal = new Map<string, Known[]>()
  const remember = (entry: Known): void => {
    byInstance.set(instanceText(entry.key), entry)
    const signal = signalText(entry.key)
    const list = bySignal.get(signal)
    if (list === undefined) bySignal.set(signal, [entry])
    else list.push(entry)
  }
  for (const instance of known)
    remember({ key: instance, status: instance.status, incidentId: instance.incidentId })

  const begin: (OwnedAlert & { knownIncidentId: string | null })[] = []
  const repeats = new Map<string, InstanceKey & { times: number }>()
  const end: (InstanceKey & { endsAt: Date })[] = []
  const endedUnseen: OwnedAlert[] = []
  const ignored: { owned: OwnedAlert; reason: IgnoredReason }[] = []

  const finish = (entry: Known, endsAt: Date): void => {
    entry.status = 'resolved'
    end.push({ ...pickKey(entry.key), endsAt })
  }

  for (const owned of batch) {
    const { alert } = owned
    const key: InstanceKey = {
      team: owned.team,
      source: alert.source,
      fingerprint: alert.fingerprint,
      startsAt: alert.startsAt,
    }
    const same = byInstance.get(instanceText(key))
    const firing = (bySignal.get(signalText(key)) ?? []).filter((entry) => entry.status === 'firing')
    if (alert.status === 'firing') {
      if (same?.status === 'firing') {
        const text = instanceText(key)
        repeats.set(text, { ...key, times: (repeats.get(text)?.times ?? 0) + 1 })
      } else if (same !== undefined) ignored.push({ owned, reason: 'firing_after_its_resolution' })
      else {
        // A later start of a signal that still fires supersedes the earlier one, whose resolution was lost.
        for (const earlier of firing) finish(earlier, alert.startsAt)
        const knownIncidentId = firing.find((entry) => entry.incidentId !== null)?.incidentId ?? null
        begin.push({ ...owned, knownIncidentId })
        remember({ key, status: 'firing', incidentId: knownIncidentId })
      }
    } else {
      const endsAt = alert.endsAt ?? now
      // A resolution ends the signal's instances that began no later than the one it names.
      const ending = firing.filter((entry) => entry.key.startsAt <= alert.startsAt)
      for (const entry of ending) finish(entry, endsAt)
      if (ending.length > 0) continue
      if (same !== undefined) ignored.push({ owned, reason: 'already_resolved' })
      else {
        endedUnseen.push(owned)
        ignored.push({ owned, reason: 'resolved_before_firing' })
        remember({ key, status: 'resolved', incidentId: null })
      }
    }
  }
  return { begin, repeat: [...repeats.values()], end, endedUnseen, ignored }
}

function pickKey(key: InstanceKey): InstanceKey {
  return { team: key.team, source: key.source, fingerprint: key.fingerprint, startsAt: key.startsAt }
}
