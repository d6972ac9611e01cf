// Files of a message: pictures as pictures, texts with how they begin, each with its size and a way to have it.
import { html } from 'htm/preact'
import type { FileRecord } from '../../slack/types.ts'
import type { Child } from '../text/view.ts'
import { drawImage } from './image.ts'

/** Draws the files. Addresses outside the sandbox's own Slack (`origin`) are named, never linked. */
export function drawFiles(files: readonly FileRecord[], origin: string): Child {
  return files.map((file) =>
    file.mimetype.startsWith('image/') ? drawPicture(file, origin) : drawFile(file, origin),
  )
}

function drawPicture(file: FileRecord, origin: string): Child {
  const image = { alt_text: file.alt_txt ?? file.title, image_url: file.url_private }
  return html`<figure class="figure">
    <figcaption>${file.title}</figcaption>
    ${drawImage(image, origin, 'full')}
  </figure>`
}

function drawFile(file: FileRecord, origin: string): Child {
  const own = file.url_private_download.startsWith(`${origin}/`)
  const facts = [file.title === file.name ? undefined : file.name, file.pretty_type, sizeOf(file.size)]
  return html`<section class="file" data-testid=${`file-${file.name}`} aria-label=${`File ${file.name}`}>
    <header class="file-head">
      <span
        ><strong>${file.title}</strong
        ><small>${facts.filter((fact) => fact !== undefined).join(' · ')}</small></span
      >
      ${
        own
          ? html`<a
              class="button"
              href=${file.url_private_download}
              download=${file.name}
              aria-label=${`Download ${file.name}`}
              >Download</a
            >`
          : null
      }
    </header>
    ${drawPreview(file)}
  </section>`
}

function drawPreview({ name, preview, lines_more, preview_is_truncated }: FileRecord): Child {
  if (preview === undefined || preview === '') return null
  const more = lines_more ?? 0
  const rest = more === 0 ? 'The line goes on.' : `${String(more)} more ${more === 1 ? 'line' : 'lines'}`
  return html`<pre
      class="pre file-preview"
      tabindex="0"
      aria-label=${`How ${name} begins`}
    ><code>${preview}</code></pre>
    ${preview_is_truncated === true ? html`<small class="faint">${rest}</small>` : null}`
}

const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const

/** A size as Slack writes it: `812 bytes`, `3.4 KB`. */
export function sizeOf(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  const unit = UNITS[power] ?? 'bytes'
  if (power === 0) return `${String(bytes)} ${bytes === 1 ? 'byte' : unit}`
  return `${String(Math.round((bytes / 1024 ** power) * 10) / 10)} ${unit}`
}
