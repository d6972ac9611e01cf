// After every test: nothing wrote to the objects that all others inherit from. Files share a process, so one such write
// breaks all that come after, and in the service it would break everything.
import { afterEach } from 'vitest'

const INHERITED: readonly object[] = [Object.prototype, Array.prototype, Function.prototype]

afterEach(() => {
  const written = INHERITED.flatMap((prototype) =>
    Object.keys(prototype).filter((name) => Reflect.deleteProperty(prototype, name)),
  )
  if (written.length > 0)
    throw new Error(`every object inherits what was written here: ${written.join(', ')}`)
})
