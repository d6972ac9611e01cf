// Images: only those that the sandbox itself holds are loaded; an address in an alert is named, never fetched.
import { html } from 'htm/preact'
import type { Child } from '../text/view.ts'

type ImageLike = { alt_text?: string; image_url?: string; slack_file?: { id?: string; url?: string } }

/** Draws an image, or in its place what it is and from where, when its address is not the sandbox's own. */
export function drawImage(image: ImageLike, origin: string, size: 'tiny' | 'thumb' | 'full'): Child {
  const alt = image.alt_text ?? 'image'
  const url =
    image.image_url ??
    image.slack_file?.url ??
    (image.slack_file?.id === undefined ? '' : `${origin}/files/${image.slack_file.id}`)
  const own = origin !== '' && (url === origin || url.startsWith(`${origin}/`))
  if (own)
    return html`<img class=${`image image-${size}`} src=${url} alt=${alt} title=${alt} loading="lazy" />`
  const host = URL.canParse(url) ? new URL(url).host : 'an unreadable address'
  const note = `${alt} (an image at ${host}; the sandbox loads none from outside)`
  return html`<span class=${`image-away image-${size}`} role="img" aria-label=${note} title=${note}
    ><span aria-hidden="true">🖼</span>${size === 'full' ? html`<span>${note}</span>` : null}</span
  >`
}
