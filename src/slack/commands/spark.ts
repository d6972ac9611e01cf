// `/spark`: one command, verbs; an unknown verb is answered with help and the nearest right one.
import type { App } from '@slack/bolt'
import { reasonOf } from '../../errors.ts'
import type { FlowDeps } from '../../flow/deps.ts'
import { nearest } from '../../runbooks/nearest.ts'
import { ackInTime } from '../ack-in-time.ts'
import { inline } from '../blocks/text.ts'
import { FAILED, personOf } from '../person.ts'
import type { Call, Reply, Verb } from './verb.ts'
import { VERBS, helpText } from './verbs.ts'

export function registerCommand(app: App, deps: FlowDeps): void {
  app.command('/spark', async ({ ack, command, respond, client }) => {
    const [typed = ''] = command.text.trim().split(/\s+/)
    const rest = command.text.trim().slice(typed.length).trim()
    const name = typed === '' ? 'help' : typed.toLowerCase()
    const verb = VERBS.find((one) => one.name === name)
    const person = personOf({ id: command.user_id, name: command.user_name })
    const call: Call = { deps, rest, person, channel: command.channel_id, client }
    // Slack waits three seconds; the answer follows by the response URL.
    if (verb?.changes !== true) await ack()
    const work = verb === undefined ? Promise.resolve({ text: unknown(typed) }) : answer(verb, call)
    const reply: Reply = await (verb?.changes === true ? ackInTime(work, () => ack()) : work)
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: reply.text,
      ...(reply.blocks === undefined ? {} : { blocks: reply.blocks }),
    })
  })
}

/** A failure of ours is said to the person as well: silence would leave them waiting at 03:00. */
async function answer(verb: Verb, call: Call): Promise<Reply> {
  try {
    return await verb.run(call)
  } catch (error) {
    call.deps.logger.error({ verb: verb.name, reason: reasonOf(error) }, 'a command failed')
    return { text: FAILED }
  }
}

function unknown(typed: string): string {
  const close = nearest(
    typed.toLowerCase(),
    VERBS.map(({ name }) => name),
  )
  return `\`${inline(typed, 40)}\` is not a verb I know${close === null ? '' : `; did you mean \`/spark ${close}\`?`}\n${helpText()}`
}
