// An answer that does not come in time: who was there, and when it is worth asking once more.
import { expect, it } from 'vitest'
import { isLate, isSilence, onceMore } from '../../src/diagnosis/silence.ts'
import { ArrestorError } from '../../src/errors.ts'

const failed = (why: string): ArrestorError =>
  new ArrestorError('ARR-501', { platform: 'p', url: 'http://d:4040', why })

it.each<[string, unknown, boolean, boolean]>([
  ['somebody took the connection', failed('it took the connection and did not answer in time (5 s)'), true, true],
  ['nobody did', failed('it did not answer in time (5 s)'), true, false],
  ['it was refused', failed('ECONNREFUSED'), false, false],
  ['a fault of ours', new Error('it took the connection and did not answer in time'), false, false],
])('%s', (_what, error, late, silence) => {
  expect([isLate(error), isSilence(error)]).toEqual([late, silence])
}) // prettier-ignore

it('asks once more where that is worth it, and throws what the last try threw', async () => {
  const asking = (again: boolean, ...answers: (string | Error)[]): Promise<string> =>
    onceMore(() => {
      const answer = answers.shift()!
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    }, () => again) // prettier-ignore
  expect(await asking(true, 'at once')).toBe('at once')
  expect(await asking(true, new Error('first'), 'then')).toBe('then')
  await expect(asking(true, new Error('first'), new Error('second'), 'never')).rejects.toThrow('second')
  await expect(asking(false, new Error('first'), 'never')).rejects.toThrow('first')
})
