// Files into a thread by Slack's three steps: announced, sent, shown. Nothing is repeated here; what failed is told, and where.
import type { FilesGetUploadURLExternalArguments, WebClient } from '@slack/web-api'
import { ArrestorError, reasonOf } from '../errors.ts'
import { type SlackFailure, failureOf } from './client.ts'
import type { MessageRef } from './deliver/card.ts'

export interface UploadFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** What stands above it; without one its name. */
  readonly title?: string
  /** For who does not see it, at most 1,000 characters. */
  readonly alt?: string
}

export type Shown =
  | { readonly kind: 'done'; readonly ids: readonly string[] }
  /** `maybe`: the last step's reply was lost, the files may be there. Before that step nobody sees anything. */
  | { readonly kind: 'failed'; readonly failure: SlackFailure; readonly maybe: boolean }

export type Uploaded =
  { readonly kind: 'done' } | { readonly kind: 'failed'; readonly sentence: string; readonly maybe: boolean }

/** Files go to another host than calls, and are larger. */
const SEND_TIMEOUT_MS = 15_000

/**
 * Shows files as one message in the thread of `card`; `comment` is mrkdwn. `client` must not retry, or a completion whose
 * reply was lost would be shown twice. The three steps are taken one by one, as `files.uploadV2` does not tell which failed.
 */
export async function showInThread(
  client: WebClient,
  card: MessageRef,
  files: readonly UploadFile[],
  comment: string,
): Promise<Shown> {
  const announced: { id: string; title: string }[] = []
  try {
    for (const { name, bytes, title, alt } of files) {
      const asked: FilesGetUploadURLExternalArguments & { alt_txt?: string } = {
        filename: name,
        length: bytes.length,
        // Slack's documentation has the one name, its own client the other.
        ...(alt === undefined ? {} : { alt_txt: alt, alt_text: alt }),
      }
      const { upload_url: url, file_id: id } = await client.files.getUploadURLExternal(asked)
      if (url === undefined || id === undefined) throw new Error('Slack named no address to upload to')
      const failure = await sendBytes(url, bytes)
      if (failure !== null) return { kind: 'failed', failure, maybe: false }
      announced.push({ id, title: title ?? name })
    }
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error), maybe: false }
  }
  const [first, ...others] = announced
  if (first === undefined) return { kind: 'done', ids: [] }
  try {
    await client.files.completeUploadExternal({
      files: [first, ...others],
      channel_id: card.channel,
      thread_ts: card.ts,
      initial_comment: comment,
    })
    return { kind: 'done', ids: announced.map(({ id }) => id) }
  } catch (error) {
    const failure = failureOf(error)
    return { kind: 'failed', failure, maybe: failure.kind === 'unknown' }
  }
}

/** The address is a key by itself: no token goes with it, and it stands in no reason. */
async function sendBytes(url: string, bytes: Uint8Array): Promise<SlackFailure | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (response.status === 200) return null
    if (response.status === 429)
      return {
        kind: 'rate_limited',
        afterMs: Number(response.headers.get('retry-after') ?? 1) * 1_000 || 1_000,
      }
    return { kind: 'unknown', reason: `Slack’s upload address answered HTTP ${response.status}` }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    return { kind: 'unknown', reason: `Slack’s upload address did not answer: ${wordOf(cause)}` }
  }
}

/** `ECONNREFUSED` rather than a sentence, which may repeat the address. */
function wordOf(cause: unknown): string {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string')
    return cause.code
  return cause instanceof Error ? cause.name : reasonOf(cause)
}

/** The same while a person waits: they asked for it, see what came and may ask again. */
export async function uploadToThread(
  client: WebClient,
  card: MessageRef,
  files: readonly { readonly name: string; readonly text: string }[],
  comment: string,
): Promise<Uploaded> {
  const shown = await showInThread(
    client,
    card,
    files.map(({ name, text }) => ({ name, bytes: Buffer.from(text, 'utf8') })),
    comment,
  )
  if (shown.kind === 'done') return shown
  const { failure, maybe } = shown
  switch (failure.kind) {
    case 'refused': {
      const refused = new ArrestorError('ARR-304', { channel: card.channel, error: failure.error })
      return { kind: 'failed', sentence: refused.message, maybe }
    }
    case 'rate_limited':
      return {
        kind: 'failed',
        sentence: `Slack takes no more files just now. Ask again in ${Math.ceil(failure.afterMs / 1000)} seconds.`,
        maybe,
      }
    case 'unknown': {
      const next = maybe
        ? 'The files may have arrived: look into the thread before you ask again.'
        : 'Nothing has arrived.'
      return { kind: 'failed', sentence: `${failure.reason}. ${next}`, maybe }
    }
  }
}
