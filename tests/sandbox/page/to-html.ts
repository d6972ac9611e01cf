// Draws nodes without a browser: enough of HTML to see what the pure drawers produce, escaped as a browser would.
import { Fragment, type VNode } from 'preact'

type Node = VNode<Record<string, unknown>> | string | number | boolean | null | undefined | Node[]

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The HTML of drawn nodes. Components with hooks cannot be drawn here; the pure drawers have none. */
export function toHtml(node: unknown): string {
  const at = node as Node
  if (at === null || at === undefined || typeof at === 'boolean') return ''
  if (typeof at === 'string' || typeof at === 'number') return escape(String(at))
  if (Array.isArray(at)) return at.map(toHtml).join('')
  const { type, props } = at
  if (type === Fragment) return toHtml(props['children'])
  if (typeof type === 'function') throw new Error(`A component (${type.name}) needs a browser.`)
  const attributes = Object.entries(props)
    .filter(([name, value]) => name !== 'children' && ['string', 'number'].includes(typeof value))
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('')
  return `<${type}${attributes}>${toHtml(props['children'])}</${type}>`
}
