// What a person has entered in one message or modal and not yet sent: Slack's state.values, kept beside the page.

/** One control's value, as Slack writes it: `{ type, value | selected_option | selected_options | ... }`. */
export type FormValue = Record<string, unknown>
export type FormValues = Record<string, Record<string, FormValue>>

/** A form outlives redraws: an edit of the message leaves what was typed where it was. */
export type Form = {
  values: () => FormValues
  get: (blockId: string, actionId: string) => FormValue | undefined
  set: (blockId: string, actionId: string, value: FormValue) => void
}

/** An empty form. */
export function createForm(): Form {
  const values: FormValues = {}
  return {
    values: () => values,
    get: (blockId, actionId) => values[blockId]?.[actionId],
    set(blockId, actionId, value) {
      values[blockId] = { ...values[blockId], [actionId]: value }
    },
  }
}
