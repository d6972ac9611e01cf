// After every test: nothing wrote to what all other objects inherit from. Files share a process, so one such write breaks
// all that come after, and in the service it would break everything.
import { afterAll, afterEach } from 'vitest'

type Members = ReadonlyMap<object, Map<PropertyKey, PropertyDescriptor>>

const FIELDS = ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const
const SEEN = Symbol.for('arrestor.tests.members')
const kept = globalThis as { [SEEN]?: Members }
// As the process began: of every file it is held against the same.
const begun = (kept[SEEN] ??= membersOf(shared()))

/** The prototypes that all inherit from, who makes them, and the functions on them. */
function shared(): object[] {
  const roots = [Object, Array, Function].flatMap((made): object[] => [made, made.prototype])
  const functions = roots.flatMap((root) =>
    Object.values(Object.getOwnPropertyDescriptors(root)).map(({ value }) => value as unknown),
  )
  return [...new Set([...roots, ...functions.filter((one) => typeof one === 'function')])]
}

function membersOf(objects: readonly object[]): Members {
  return new Map(
    objects.map((one) => [
      one,
      new Map(Reflect.ownKeys(one).map((key) => [key, Object.getOwnPropertyDescriptor(one, key)!])),
    ]),
  )
}

/** Throws where something was added, taken away or written over; puts back what can be, and tells the rest once. */
function expectWhole(): void {
  const written: string[] = []
  for (const [object, before] of begun) {
    for (const key of Reflect.ownKeys(object)) {
      if (before.has(key)) continue
      written.push(String(key))
      if (!Reflect.deleteProperty(object, key)) before.set(key, Object.getOwnPropertyDescriptor(object, key)!)
    }
    for (const [key, was] of before) {
      const is = Object.getOwnPropertyDescriptor(object, key)
      if (is !== undefined && FIELDS.every((field) => is[field] === was[field])) continue
      written.push(String(key))
      if (!Reflect.defineProperty(object, key, was) && is !== undefined) before.set(key, is)
    }
  }
  if (written.length > 0)
    throw new Error(`every object inherits what was written here: ${written.join(', ')}`)
}

afterEach(expectWhole)
afterAll(expectWhole)
