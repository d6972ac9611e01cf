// Numbers of very many tasks in few bytes: four each while they fit, eight where one does not, none while all are zero.

export interface Column {
  add(value: number): void
  /** How many there are. */
  length(): number
  /** A sorted copy. */
  sorted(): Float64Array | Uint32Array
}

const FIRST = 16
const MAX_UINT32 = 2 ** 32 - 1

export function createColumn(): Column {
  let count = 0
  /** Null while there were only zeros, as of everything that a stage does not do. */
  let held: Float64Array | Uint32Array | null = null

  function grown(wide: boolean): Float64Array | Uint32Array {
    const room = Math.max(
      FIRST,
      held === null || count >= held.length ? 2 ** Math.ceil(Math.log2(count + 1)) : held.length,
    )
    const next = wide ? new Float64Array(room) : new Uint32Array(room)
    if (held !== null) next.set(held)
    return next
  }

  return {
    add(value) {
      if (held !== null || value !== 0) {
        const wide =
          held instanceof Float64Array || !Number.isInteger(value) || value < 0 || value > MAX_UINT32
        if (held === null || count >= held.length || wide !== held instanceof Float64Array) held = grown(wide)
        held[count] = value
      }
      count += 1
    },
    length: () => count,
    sorted: () => held?.slice(0, count).sort() ?? new Uint32Array(count),
  }
}
