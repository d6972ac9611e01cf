// Block Kit's layout blocks. Pure: a block in, nodes out; whatever a person can press is drawn by the surface.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import type {
  ActionsBlock,
  ContextBlock,
  ImageBlock,
  InputBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'
import { drawPlain, drawText, type Child, type Names } from '../text/view.ts'
import { drawImage } from './image.ts'
import { drawRichText } from './rich-text.ts'

/** An interactive element, named by its type alone: each drawer checks the rest itself. */
export type ElementLike = { type: string; action_id?: string }

/** Where blocks are drawn: a message or a modal. */
export type Surface = {
  names: Names
  /** Images from here are loaded; all others are named but not fetched. */
  imageOrigin: string
  /**
   * Draws one interactive element of the block `blockId`; `silent` ones only fill a form, they press nothing.
   * `label` says what it is about, where a reader who sees nothing could not tell.
   */
  element: (element: ElementLike, blockId: string, silent: boolean, label?: string) => Child
  /** Field errors of a refused submission, by block id. */
  errors: Readonly<Record<string, string>>
}

/** Draws a list of blocks, top to bottom. A block of a kind that this page does not draw says so. */
export function drawBlocks(blocks: readonly KnownBlock[], surface: Surface): VNode {
  return html`<div class="blocks">
    ${blocks.map((block, index) => {
      const id = block.block_id ?? `block-${String(index)}`
      return html`<div class=${`block block-${block.type}`} key=${id} data-block=${id}>
        ${drawBlock(block, id, surface)}
      </div>`
    })}
  </div>`
}

function drawBlock(block: KnownBlock, id: string, surface: Surface): Child {
  switch (block.type) {
    case 'header':
      return html`<h3 class="block-title">${drawPlain(block.text)}</h3>`
    case 'section':
      return drawSection(block, id, surface)
    case 'context':
      return drawContext(block, surface)
    case 'actions':
      return drawActions(block, id, surface)
    case 'divider':
      return html`<hr />`
    case 'image':
      return drawImageBlock(block, surface)
    case 'rich_text':
      return drawRichText(block, surface.names)
    case 'input':
      return drawInput(block, id, surface)
    default:
      return html`<p class="block-unknown">
        A <code class="code">${block.type}</code> block, which the sandbox does not draw.
      </p>`
  }
}

function drawSection(block: SectionBlock, id: string, surface: Surface): Child {
  const { accessory } = block
  const fields = (block.fields ?? []).map(
    (field) => html`<div class="field">${drawText(field, surface.names)}</div>`,
  )
  const aside =
    accessory === undefined
      ? null
      : accessory.type === 'image'
        ? html`<div class="accessory">${drawImage(accessory, surface.imageOrigin, 'thumb')}</div>`
        : html`<div class="accessory">${surface.element(accessory, id, false, spoken(block))}</div>`
  return html`<div class=${aside === null ? 'section' : 'section section-aside'}>
    <div class="section-main">
      ${drawText(block.text, surface.names)}
      ${fields.length > 0 ? html`<div class="fields">${fields}</div>` : null}
    </div>
    ${aside}
  </div>`
}

/** A section's words for whoever hears them: its first line, without marks. */
function spoken(block: SectionBlock): string | undefined {
  const [line] = (block.text?.text ?? '').split('\n')
  return line === undefined || line === '' ? undefined : line.replaceAll(/[*_~`]/g, '').slice(0, 150)
}

function drawContext(block: ContextBlock, surface: Surface): Child {
  return html`<div class="context">
    ${block.elements.map((element) =>
      element.type === 'image'
        ? drawImage(element, surface.imageOrigin, 'tiny')
        : html`<span class="context-text">${drawText(element, surface.names)}</span>`,
    )}
  </div>`
}

function drawActions(block: ActionsBlock, id: string, surface: Surface): Child {
  return html`<div class="actions">
    ${block.elements.map((element) => surface.element(element, id, false))}
  </div>`
}

function drawImageBlock(block: ImageBlock, surface: Surface): Child {
  return html`<figure class="figure">
    ${block.title === undefined ? null : html`<figcaption>${drawPlain(block.title)}</figcaption>`}
    ${drawImage(block, surface.imageOrigin, 'full')}
  </figure>`
}

function drawInput(block: InputBlock, id: string, surface: Surface): Child {
  const error = surface.errors[id]
  // A set of boxes is a group with a legend; a single field is a label around its control.
  const group = block.element.type === 'checkboxes' || block.element.type === 'radio_buttons'
  const title = html`<span class="input-label"
    >${drawPlain(block.label)}${block.optional ? html`<span class="input-optional"> (optional)</span>` : null}</span
  >`
  const hint = block.hint === undefined ? null : html`<p class="input-hint">${drawPlain(block.hint)}</p>`
  const wrong = error === undefined ? null : html`<p class="input-error" role="alert">${error}</p>`
  const control = surface.element(block.element, id, block.dispatch_action !== true, block.label.text)
  return group
    ? html`<fieldset class="input">
        <legend>${title}</legend>
        ${control}${wrong}${hint}
      </fieldset>`
    : html`<div class=${error === undefined ? 'input' : 'input input-wrong'}>
        <label>${title}${control}</label>${wrong}${hint}
      </div>`
}
