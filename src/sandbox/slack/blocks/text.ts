// Text objects, addresses and images: the leaves that blocks are made of.
import { type Check, boolean, byType, either, object, oneOf, string } from './schema.ts'

/** A `plain_text` object. */
export function plainText(max: number): Check {
  return object({ type: oneOf('plain_text'), text: string(max) }, { emoji: boolean })
}

/** A `mrkdwn` object. */
export function mrkdwn(max: number): Check {
  return object({ type: oneOf('mrkdwn'), text: string(max) }, { verbatim: boolean })
}

/** A text object of either kind; Slack's own limit for one is 3000. */
export function anyText(max: number): Check {
  return byType({ plain_text: plainText(max), mrkdwn: mrkdwn(max) })
}

/** A link of at most `max` characters. */
export function url(max = 3000): Check {
  const length = string(max)
  return (value, at, out) => {
    length(value, at, out)
    if (typeof value === 'string' && value !== '' && !/^(https?|mailto|slack|tel):/i.test(value))
      out.push({ pointer: at, code: 'invalid_url', message: 'invalid url' })
  }
}

/** Slack downloads pictures while it takes the message: an address on this machine or a bare name fails. */
const imageUrl: Check = (value, at, out) => {
  url()(value, at, out)
  if (typeof value !== 'string' || !URL.canParse(value)) return
  const { hostname, protocol } = new URL(value)
  const local = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[::1\])/.test(
    hostname,
  )
  if (local || !hostname.includes('.') || !protocol.startsWith('http'))
    out.push({ pointer: at, code: 'image_unreachable', message: 'downloading image failed' })
}

const slackFile = object({}, { id: string(255), url: url() }, either('id', 'url'))

export const IMAGE_FIELDS = {
  required: { type: oneOf('image'), alt_text: string(2000) },
  optional: { image_url: imageUrl, slack_file: slackFile },
  rule: either('image_url', 'slack_file'),
}

/** An image beside or among text. */
export const imageElement = object(IMAGE_FIELDS.required, IMAGE_FIELDS.optional, IMAGE_FIELDS.rule)
