// Files into a thread, while a person waits: once, without retries, and with what to do where it fails.
import type { WebClient } from '@slack/web-api'
import { ArrestorError } from '../errors.ts'
import { failureOf } from './client.ts'
import type { MessageRef } from './deliver/card.ts'

export interface UploadFile {
  readonly name: string
  readonly text: string
}

export type Uploaded =
  | { readonly kind: 'done' }
  /** `maybe`: the reply was lost, the files may be there. */
  | { readonly kind: 'failed'; readonly sentence: string; readonly maybe: boolean }

/**
 * Uploads files as one reply in the thread of `card`. Nothing is repeated: a person asked for it, sees what came and
 * may ask again. `client` must not retry, or a completion whose reply was lost would be shown twice.
 */
export async function uploadToThread(
  client: WebClient,
  card: MessageRef,
  files: readonly UploadFile[],
  comment: string,
): Promise<Uploaded> {
  try {
    await client.files.uploadV2({
      channel_id: card.channel,
      thread_ts: card.ts,
      initial_comment: comment,
      file_uploads: files.map(({ name, text }) => ({
        filename: name,
        title: name,
        file: Buffer.from(text, 'utf8'),
      })),
    })
    return { kind: 'done' }
  } catch (error) {
    const failure = failureOf(error)
    switch (failure.kind) {
      case 'refused': {
        const refused = new ArrestorError('ARR-304', { channel: card.channel, error: failure.error })
        return { kind: 'failed', sentence: refused.message, maybe: false }
      }
      case 'rate_limited':
        return {
          kind: 'failed',
          sentence: `Slack takes no more files just now. Ask again in ${Math.ceil(failure.afterMs / 1000)} seconds.`,
          maybe: false,
        }
      case 'unknown':
        return {
          kind: 'failed',
          sentence: `${failure.reason}. The files may have arrived: look into the thread before you ask again.`,
          maybe: true,
        }
    }
  }
}
