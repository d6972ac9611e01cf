// The keys that a zod schema knows at a place, for messages that name the nearest right one.
import type * as z from 'zod'

/** Keys of the object at `path`; empty where there is none, or where any key may stand. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const def = (schema as unknown as { _zod: { def: Record<string, unknown> } })._zod.def
  const inner = def['innerType'] ?? def['in']
  if (inner !== undefined) return keysAt(inner as z.core.$ZodType, path)
  const options = def['options'] as readonly z.core.$ZodType[] | undefined
  if (options !== undefined) return [...new Set(options.flatMap((option) => keysAt(option, path)))]
  const shape = def['shape'] as Record<string, z.core.$ZodType> | undefined
  const [head, ...rest] = path
  if (head === undefined) return shape === undefined ? [] : Object.keys(shape)
  const next = shape?.[String(head)] ?? def['valueType'] ?? def['element']
  return next === undefined ? [] : keysAt(next as z.core.$ZodType, rest)
}
