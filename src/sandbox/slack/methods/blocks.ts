// Slack's own validator of Block Kit payloads, for which no token is needed.
import { type Problem, validateBlocks, validateView } from '../blocks/validate.ts'
import { isObject } from '../blocks/schema.ts'
import { Refusal } from '../refusal.ts'
import type { JsonObject } from '../types.ts'
import type { Call, Methods } from '../world.ts'

function verdict(error: string, problems: readonly Problem[]): JsonObject {
  if (problems.length === 0) return { errors: [] }
  const errors = problems.map(({ pointer, code, message }) => ({
    pointer,
    code,
    message,
    field: pointer.split('/').at(-1) ?? '',
  }))
  return { ok: false, error, errors }
}

function validate({ args }: Call): JsonObject {
  const given = ['blocks', 'message', 'view'].filter((name) => args.raw[name] !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1)
    throw new Refusal('invalid_arguments', ['must define exactly one of `blocks`, `message` or `view`'])
  const value = args.structure(kind, `invalid_${kind}`)
  if (kind === 'view') return verdict('invalid_view', validateView(value))
  if (kind === 'blocks') return verdict('invalid_blocks', validateBlocks('message', value))
  const { blocks } = isObject(value) ? value : {}
  const problems = blocks === undefined ? [] : validateBlocks('message', blocks)
  return verdict(
    'invalid_message',
    problems.map((problem) => ({ ...problem, pointer: `/blocks${problem.pointer}` })),
  )
}

export const blockMethods: Methods = {
  'blocks.validate': { token: 'none', tier: 'special', run: validate },
}
