// The page's way to its server: the whole state by fetch, a nudge by server-sent events, presses by POST.
import type { UiResult, UiState } from '../ui-state.ts'

/** Reads everything that the page shows. Errors: the sandbox has stopped. */
export async function readState(): Promise<UiState> {
  const response = await fetch('/api/ui', { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`The sandbox answered ${String(response.status)} to GET /api/ui.`)
  return (await response.json()) as UiState
}

/** Sends what a person did. A server that cannot be reached is an answer too, in words. */
export async function send(action: string, body: Record<string, unknown>): Promise<UiResult> {
  try {
    const response = await fetch(`/api/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as UiResult
  } catch {
    return { ok: false, error: 'The sandbox itself does not answer. Is it still running?' }
  }
}

/**
 * Keeps the page current: reads the state at every nudge, one read at a time, and again after a lost
 * connection (the browser reconnects by itself). Returns the way to stop.
 */
export function follow(onState: (state: UiState) => void, onLine: (connected: boolean) => void): () => void {
  const source = new EventSource('/api/events')
  let reading = false
  let again = false
  const read = async (): Promise<void> => {
    again = reading
    if (reading) return
    reading = true
    try {
      onState(await readState())
      onLine(true)
    } catch {
      onLine(false)
    }
    reading = false
    if (again) await read()
  }
  source.addEventListener('open', () => void read())
  source.addEventListener('changed', () => void read())
  source.addEventListener('error', () => onLine(false))
  return () => source.close()
}

const SENTENCES: Readonly<Record<string, string>> = {
  no_socket: 'Nobody heard it: Arrestor is not connected to this Slack. Is the service running?',
  app_did_not_respond:
    'Arrestor did not respond within 3 seconds. In Slack the person would see a warning triangle here.',
  message_not_found: 'That message is no longer there.',
  expired_trigger_id: 'The press was too old to open anything.',
}

/** A refusal as a sentence; codes without one are shown as they are. */
export function explain(result: UiResult): string {
  const code = result.error ?? 'unknown'
  return result.message ?? SENTENCES[code] ?? (/^[a-z_]+$/.test(code) ? `Slack said: ${code}` : code)
}
