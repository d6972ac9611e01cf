// What a person has entered in one message or modal and not yet sent: Slack's state.values, kept beside the page.

/** One control's value, as Slack writes it: `{ type, value | selected_option | selected_options | ... }`. */
export type FormValue = Record<string, unknown>
export type FormValues = Record<string, Record<string, FormValue>>

/** A form outlives redraws: an edit of the message leaves what was typed where it was. */
export type Form = {
  /** What was entered into elements that these blocks still have: Slack refuses values of any other. */
  within: (blocks: unknown) => FormValues
  get: (blockId: string, actionId: string) => FormValue | undefined
  /** Keeps a value; undefined forgets it, so that the element shows what its message or modal says. */
  set: (blockId: string, actionId: string, value: FormValue | undefined) => void
}

/** An empty form. */
export function createForm(): Form {
  // Ids are an app's: `constructor` is a name like any other.
  const values = new Map<string, Map<string, FormValue>>()
  return {
    within: (blocks) => inBlocks(values, blocks),
    get: (blockId, actionId) => values.get(blockId)?.get(actionId),
    set(blockId, actionId, value) {
      const actions = values.get(blockId) ?? new Map<string, FormValue>()
      if (value === undefined) actions.delete(actionId)
      else actions.set(actionId, value)
      values.set(blockId, actions)
    },
  }
}

type BlockLike = { block_id?: string; accessory?: unknown; element?: unknown; elements?: unknown }
type OptionLike = { value?: string }
type ElementLike = {
  action_id?: string
  options?: OptionLike[]
  option_groups?: { options: OptionLike[] }[]
}

/** The value without options that an edit has taken away; undefined when the one choice is gone. */
export function stillOffered(element: ElementLike, value: FormValue): FormValue | undefined {
  const { options, option_groups } = element
  if (options === undefined && option_groups === undefined) return value
  const all = [...(options ?? []), ...(option_groups ?? []).flatMap((group) => group.options)]
  const offered = new Set(all.map((option) => option.value))
  const many = value['selected_options'] as OptionLike[] | undefined
  if (many !== undefined)
    return { ...value, selected_options: many.filter((option) => offered.has(option.value)) }
  const one = value['selected_option'] as OptionLike | null | undefined
  return one === undefined || one === null || offered.has(one.value) ? value : undefined
}

function inBlocks(values: ReadonlyMap<string, ReadonlyMap<string, FormValue>>, blocks: unknown): FormValues {
  const kept = new Map<string, [string, FormValue][]>()
  for (const block of Array.isArray(blocks) ? (blocks as BlockLike[]) : []) {
    const id = block.block_id ?? ''
    const elements = [block.accessory, block.element, block.elements].flat() as (ElementLike | undefined)[]
    for (const element of elements) {
      const actionId = element?.action_id ?? ''
      const typed = values.get(id)?.get(actionId)
      const value = element === undefined || typed === undefined ? undefined : stillOffered(element, typed)
      if (value !== undefined) kept.set(id, [...(kept.get(id) ?? []), [actionId, value]])
    }
  }
  return Object.fromEntries([...kept].map(([id, actions]) => [id, Object.fromEntries(actions)]))
}
