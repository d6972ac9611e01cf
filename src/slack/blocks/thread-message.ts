// A message of a card's thread, as every entry of it is drawn.
import type { KnownBlock } from '@slack/types'

export interface ThreadMessage {
  readonly text: string
  readonly blocks: KnownBlock[]
}
