// Of platforms that keep nothing of a run to run it from again: their capabilities leave it out, so that nothing asks.
import type { PlatformWriter } from '../ports.ts'

export function cannotRerun(platform: string): PlatformWriter['rerun'] {
  return () =>
    Promise.resolve({
      kind: 'refused',
      detail: `${platform} cannot run anything again; nothing was asked of it.`,
    })
}
