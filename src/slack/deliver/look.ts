// Looking for our own messages by their metadata: a post whose reply was lost is adopted, a late twin is deleted (P3).
import type { WebClient } from '@slack/web-api'
import * as z from 'zod'

const PageSchema = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        files: z.array(z.object({ name: z.string().nullish() })).optional(),
        metadata: z
          .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
          .optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})

/** More pages than this are not read at once: 1,000 messages reach back far enough in any alert channel. */
const MAX_PAGES = 5

export interface Wanted {
  readonly channel: string
  /** The thread's root, or null for the channel itself. */
  readonly threadTs: string | null
  readonly eventType: string
  /** A field of the metadata and the value it must have. */
  readonly field: string
  readonly value: string
  /** A message with a file of this name is one of them too: files carry no metadata. */
  readonly fileName?: string
  /** Nothing of ours can be older. */
  readonly since: Date
}

/** The timestamps of our messages that carry this metadata (or file), oldest first. Throws what the client throws. */
export async function lookFor(client: WebClient, wanted: Wanted): Promise<readonly string[]> {
  const found: string[] = []
  // Clocks differ a little between us and Slack.
  const oldest = String(Math.floor(wanted.since.getTime() / 1000) - 120)
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const args = {
      channel: wanted.channel,
      oldest,
      limit: 200,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    }
    const answer = PageSchema.parse(
      wanted.threadTs === null
        ? await client.conversations.history(args)
        : await client.conversations.replies({ ...args, ts: wanted.threadTs }),
    )
    for (const message of answer.messages)
      if (
        (message.metadata?.event_type === wanted.eventType &&
          message.metadata.event_payload[wanted.field] === wanted.value) ||
        (wanted.fileName !== undefined && message.files?.some(({ name }) => name === wanted.fileName))
      )
        found.push(message.ts)
    cursor = answer.response_metadata?.next_cursor
    if (cursor === undefined || cursor === '') break
  }
  return found.sort((a, b) => Number(a) - Number(b))
}
