// Tests that are steps of one story: when one fails, those after it are skipped instead of waiting in vain.
import { beforeEach } from 'vitest'

/** Call it in the `describe` whose tests follow from one another. */
export function stepsOfOneStory(): void {
  let failed = false
  beforeEach((context) => {
    context.skip(failed, 'an earlier step failed')
    context.onTestFailed(() => {
      failed = true
    })
  })
}
