// What a message says: text, blocks, attachments and metadata, checked as Slack checks them.
import { randomBytes } from 'node:crypto'

import type { Args } from './args.ts'
import { isObject } from './blocks/schema.ts'
import { validateBlocks } from './blocks/validate.ts'
import type { Problem } from './blocks/problem.ts'
import { Refusal } from './refusal.ts'
import type { Blocks, JsonObject, Metadata } from './types.ts'

/** `chat.postMessage` cuts longer text and warns; `chat.postEphemeral` refuses it. */
export const POST_TEXT_LIMIT = 40_000

/** `chat.update` refuses longer text with `msg_too_long`. */
export const UPDATE_TEXT_LIMIT = 4000

/** Slack: `markdown_text` holds 12,000 characters and stands alone. */
const MARKDOWN_LIMIT = 12_000

/** Not documented, seen at the real service: all text in blocks together, else `msg_blocks_too_long`. */
const BLOCKS_TEXT_LIMIT = 13_200

/** Slack publishes no figure for `metadata_too_large`; this is what an app should stay below. */
const METADATA_LIMIT = 2048

/** What Slack shows for a message with blocks and no text. */
const NO_FALLBACK = "This content can't be displayed."

export interface Content {
  text: string
  blocks?: Blocks
  attachments?: JsonObject[]
}

/** The sentences of Slack's reply: `must be less than 151 characters [json-pointer:/blocks/0/text/text]`. */
export function sentences(problems: readonly Problem[], prefix: string): string[] {
  return problems.map(({ pointer, message }) => `${message} [json-pointer:${prefix}${pointer}]`)
}

function blocksLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + blocksLength(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (key === 'text' && typeof item === 'string' ? item.length : blocksLength(item)),
    0,
  )
}

/** Slack gives each block a block_id and each element an action_id where the app gave none. */
export function withIds(blocks: Blocks): Blocks {
  const id = (): string => randomBytes(4).toString('base64url').slice(0, 5)
  const identify = (element: unknown): unknown => {
    const { type } = (element ?? {}) as { type?: string }
    if (type === undefined || type === 'image' || type === 'plain_text' || type === 'mrkdwn') return element
    return { action_id: id(), ...(element as JsonObject) }
  }
  return blocks.map((block) => {
    const named: JsonObject = { ...block, block_id: block['block_id'] ?? id() }
    if (block['accessory'] !== undefined) named['accessory'] = identify(block['accessory'])
    if (block['element'] !== undefined) named['element'] = identify(block['element'])
    if (block['type'] === 'actions') named['elements'] = (block['elements'] as unknown[]).map(identify)
    return named
  })
}

/** Blocks of a message, checked; undefined when the argument is absent. */
function readBlocks(args: Args): Blocks | undefined {
  const value = args.structure('blocks', 'invalid_blocks_format')
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new Refusal('invalid_blocks_format')
  const problems = validateBlocks('message', value)
  if (problems.length > 0) throw new Refusal('invalid_blocks', sentences(problems, '/blocks'))
  if (blocksLength(value) > BLOCKS_TEXT_LIMIT) throw new Refusal('msg_blocks_too_long')
  return withIds(value as Blocks)
}

function readAttachments(args: Args): JsonObject[] | undefined {
  const value = args.structure('attachments', 'invalid_attachments')
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new Refusal('invalid_attachments')
  if (value.length > 100) throw new Refusal('too_many_attachments')
  return value.map((attachment: unknown, index) => {
    if (!isObject(attachment)) throw new Refusal('invalid_attachments')
    const { blocks } = attachment
    const id = index + 1
    if (blocks === undefined) return { ...attachment, id }
    const problems = validateBlocks('message', blocks)
    if (problems.length > 0)
      throw new Refusal('invalid_attachments', sentences(problems, `/attachments/${index}/blocks`))
    return { ...attachment, id, blocks: withIds(blocks as Blocks) }
  })
}

/** Text, blocks and attachments of a call; those not given are absent. */
export function readContent(args: Args): Partial<Content> {
  const markdown = args.text('markdown_text')
  const blocks = readBlocks(args)
  const attachments = readAttachments(args)
  if (markdown !== undefined && (blocks !== undefined || args.text('text') !== undefined))
    throw new Refusal('markdown_text_conflict')
  if ((markdown?.length ?? 0) > MARKDOWN_LIMIT) throw new Refusal('msg_too_long')
  const text = markdown ?? args.text('text')
  return {
    ...(text === undefined ? {} : { text }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(attachments === undefined ? {} : { attachments }),
  }
}

/** A message must say something; one with blocks alone gets Slack's own fallback text. */
export function whole(content: Partial<Content>): Content {
  const structured = (content.blocks?.length ?? 0) > 0 || (content.attachments?.length ?? 0) > 0
  const text = content.text ?? ''
  if (text === '' && !structured) throw new Refusal('no_text')
  return {
    text: text === '' && content.blocks !== undefined ? NO_FALLBACK : text,
    ...(content.blocks !== undefined && content.blocks.length > 0 ? { blocks: content.blocks } : {}),
    ...(content.attachments !== undefined && content.attachments.length > 0
      ? { attachments: content.attachments }
      : {}),
  }
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isFlat(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isScalar)
  )
}

/**
 * Message metadata: an event type and a payload of scalars, flat objects or arrays of either, one level.
 * `null` means an empty object was given, which removes the metadata in `chat.update`.
 */
export function readMetadata(args: Args): Metadata | null | undefined {
  const value = args.structure('metadata', 'invalid_metadata_format')
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('invalid_metadata_format')
  if (Object.keys(value).length === 0) return null
  const { event_type, event_payload } = value as JsonObject
  if (typeof event_type !== 'string' || event_type === '')
    throw new Refusal('invalid_metadata_schema', [
      'missing required field: event_type [json-pointer:/metadata]',
    ])
  if (typeof event_payload !== 'object' || event_payload === null || Array.isArray(event_payload))
    throw new Refusal('invalid_metadata_schema', [
      'missing required field: event_payload [json-pointer:/metadata]',
    ])
  for (const [key, item] of Object.entries(event_payload)) {
    const items: unknown[] = Array.isArray(item) ? item : [item]
    if (!items.every((one) => isScalar(one) || isFlat(one)))
      throw new Refusal('invalid_metadata_schema', [
        `failed to match schema [json-pointer:/metadata/event_payload/${key}]`,
      ])
  }
  if (JSON.stringify(value).length > METADATA_LIMIT) throw new Refusal('metadata_too_large')
  return value as Metadata
}
