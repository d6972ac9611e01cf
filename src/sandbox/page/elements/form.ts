// What a person has entered in one message or modal and not yet sent: Slack's state.values, kept beside the page.

/** One control's value, as Slack writes it: `{ type, value | selected_option | selected_options | ... }`. */
export type FormValue = Record<string, unknown>
export type FormValues = Record<string, Record<string, FormValue>>

/** A form outlives redraws: an edit of the message leaves what was typed where it was. */
export type Form = {
  /** What was entered into elements that these blocks still have: Slack refuses values of any other. */
  within: (blocks: unknown) => FormValues
  get: (blockId: string, actionId: string) => FormValue | undefined
  set: (blockId: string, actionId: string, value: FormValue) => void
}

/** An empty form. */
export function createForm(): Form {
  const values: FormValues = {}
  return {
    within: (blocks) => inBlocks(values, blocks),
    get: (blockId, actionId) => values[blockId]?.[actionId],
    set(blockId, actionId, value) {
      values[blockId] = { ...values[blockId], [actionId]: value }
    },
  }
}

type BlockLike = { block_id?: string; accessory?: unknown; element?: unknown; elements?: unknown }

function inBlocks(values: FormValues, blocks: unknown): FormValues {
  const kept: FormValues = {}
  for (const block of Array.isArray(blocks) ? (blocks as BlockLike[]) : []) {
    const id = block.block_id ?? ''
    const elements = [block.accessory, block.element, block.elements].flat() as (
      { action_id?: string } | undefined
    )[]
    for (const actionId of elements.map((element) => element?.action_id ?? '')) {
      const value = values[id]?.[actionId]
      if (value !== undefined) kept[id] = { ...kept[id], [actionId]: value }
    }
  }
  return kept
}
