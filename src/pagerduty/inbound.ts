// PagerDuty's webhooks: proved to be PagerDuty's, read, and followed. Everything but a bad signature gets 2xx:
// PagerDuty drops a webhook at any other 4xx and disables the subscription after three.
import type { FlowDeps } from '../flow/deps.ts'
import { followPagerDuty } from '../flow/from-pagerduty.ts'
import { verifySignature } from './signature.ts'
import { readWebhook } from './webhook.ts'

export type Inbound = (
  rawBody: Uint8Array,
  signature: string | undefined,
) => Promise<{ status: number; body: unknown }>

/** The receiver for `POST /webhooks/pagerduty`; without secrets every webhook is refused. */
export function pagerDutyInbound(deps: FlowDeps, secrets: readonly string[]): Inbound {
  return async (rawBody, signature) => {
    const proof = verifySignature(rawBody, signature, secrets)
    if (proof === 'malformed')
      return { status: 400, body: { error: 'the signature is missing or malformed' } }
    if (proof === 'mismatch')
      return {
        status: 403,
        body: { error: 'the signature is not of any secret in pagerduty.webhook_secrets' },
      }
    const read = readWebhook(parse(rawBody))
    if (read.kind !== 'incident') return { status: 202, body: { followed: read.kind } }
    const { webhook } = read
    const followed = await followPagerDuty(deps, {
      pagerDutyId: webhook.pagerDutyId,
      incidentId: incidentIdIn(webhook.clientUrl),
      status: webhook.status,
      by: webhook.agent?.name ?? null,
      merged: webhook.mergedInto !== null,
    })
    return { status: 202, body: { followed } }
  }
}

function parse(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'))
  } catch {
    return null
  }
}

/** The id at the end of the link that we gave to PagerDuty (`…/incidents/inc_…`). */
function incidentIdIn(url: string | null): string | null {
  return url === null ? null : (/\/incidents\/(inc_[0-9a-z]+)$/.exec(url)?.[1] ?? null)
}
