// `/spark note`: whose words are kept, where they stand, and what never gets through.
import { describe, expect, it } from 'vitest'
import { NOTE_LIMIT, noteText } from '../../src/flow/note.ts'
import { typedText } from '../../src/slack/commands/typed.ts'
import { validateBlocks } from '../../src/sandbox/slack/blocks/validate.ts'
import { fire, replies, timeline } from '../flow/support.ts'
import { type World, startWorld } from '../support/world.ts'
import { type } from './typing.ts'

const noted = async (world: World): Promise<string[]> =>
  (await timeline(world)).filter((one) => one.kind === 'noted').map((one) => one.reason)
const posted = (world: World): string[] =>
  replies(world)
    .filter(({ text }) => text.startsWith('Note by'))
    .map((message) => JSON.stringify(message))

describe('/spark note', { timeout: 60_000 }, () => {
  it('keeps what a responder found, on the timeline and once in the thread', async () => {
    const world = await startWorld()
    await fire(world)
    const words =
      'restarted the shuffle service on <@U0BOB|bob>’s advice, see <https://wiki.example/x?a=1&amp;b=2>'
    expect((await type(world, `note #1 ${words}`)).text).toBe(
      'Noted on #1: Executor out of memory: orders-daily',
    )
    await world.until(() => posted(world).length === 1, 'the note in the thread')
    const said = 'restarted the shuffle service on @bob’s advice, see https://wiki.example/x?a=1&b=2'
    expect(await noted(world)).toEqual([said])
    const [message] = replies(world).filter(({ text }) => text.startsWith('Note by'))
    expect(validateBlocks('message', message?.blocks)).toEqual([])
    expect(message?.blocks[0]).toMatchObject({
      type: 'rich_text',
      elements: [{ type: 'rich_text_quote', elements: [{ type: 'text', text: said }] }],
    })
    expect((await type(world, `note 1 ${words}`)).text).toContain('stands on the timeline of #1 already')
    expect((await type(world, `note 1 ${words}`, 'U0BOB')).text).toContain('Noted on #1')
    await world.until(() => posted(world).length === 2, 'the other note')
    expect(await noted(world)).toEqual([said, said])
  })

  it('is acknowledged to Slack once it is kept, and in time when that takes long', async () => {
    const world = await startWorld()
    await fire(world)
    const command = (text: string) =>
      world.slack.command({ user: 'U0ALICE', channel: 'C0GENERAL', command: '/spark', text })
    const busy = async (): Promise<() => Promise<void>> => {
      const held = Promise.withResolvers<void>()
      const holds = Promise.withResolvers<void>()
      const done = world.store.transaction(async () => {
        holds.resolve()
        await held.promise
      })
      await holds.promise
      return async () => {
        held.resolve()
        await done
      }
    }
    let release = await busy()
    let taken = false
    const sent = command('note 1 the first').then((answer) => {
      taken = true
      return answer
    })
    // What reads is acknowledged at once, and would have been after the note's.
    expect(await command('help')).toMatchObject({ ok: true })
    expect(taken).toBe(false)
    await release()
    expect(await sent).toMatchObject({ ok: true })
    expect(await noted(world)).toEqual(['the first'])
    release = await busy()
    expect(await command('note 1 the second')).toMatchObject({ ok: true })
    await release()
    await world.until(async () => (await noted(world)).length === 2, 'the second note')
  })

  it('is taken on a resolved incident too: what was learned is often written afterwards', async () => {
    const world = await startWorld()
    await fire(world)
    await type(world, 'resolve 1')
    expect((await type(world, 'note 1 it was the new column')).text).toContain('Noted on #1')
    expect(await noted(world)).toEqual(['it was the new column'])
  })

  it('asks for what is missing, and keeps nothing of it', async () => {
    const world = await startWorld()
    await fire(world)
    expect((await type(world, 'note')).text).toContain('Which incident? For example `/spark note 42`')
    expect((await type(world, 'note 1')).text).toContain('What should be noted? For example `/spark note 1')
    expect((await type(world, 'note 1   ')).text).toContain('What should be noted?')
    expect((await type(world, 'note 1 \u202E')).text).toContain('The note is empty')
    expect((await type(world, 'note 99 hello')).text).toContain('There is no incident 99')
    expect((await type(world, 'note hello world')).text).toContain('There is no incident hello')
    expect(await noted(world)).toEqual([])
  })

  it('P8: takes none of whoever is no responder there, and records that', async () => {
    const world = await startWorld()
    await fire(world)
    for (const user of ['U0MALLORY', 'U0CAROL'])
      expect((await type(world, 'note 1 all is well', user)).text).toContain(
        'needs a responder of team data-platform',
      )
    expect(await noted(world)).toEqual([])
    expect((await timeline(world)).filter(({ kind }) => kind === 'press_refused')).toHaveLength(2)
  })

  it('P9, P12: calls nobody, links nothing and gives no secret away', async () => {
    const world = await startWorld()
    await fire(world)
    await type(world, 'note 1 <!channel> password=hunter2 of anna@example.com, <#C0DATA|x> `rm -rf` *b*')
    await world.until(() => posted(world).length === 1, 'the note in the thread')
    const everything = `${JSON.stringify(replies(world))}${world.logs.join('')}${(await noted(world)).join('')}`
    expect(everything).not.toContain('hunter2')
    expect(everything).not.toContain('anna@example.com')
    expect(posted(world)[0]).not.toContain('<!channel>')
    expect((await noted(world))[0]).toBe(
      '@channel password=[redacted] of [redacted address], #x `rm -rf` *b*',
    )
  })
})

describe('a note as it is kept', () => {
  it.each([
    ['two\r\nlines\r', 'two\nlines'],
    ['a\u0000b\u001B[31mc', 'a b [31mc'],
    ['\u{202E}evil\u{2066}', 'evil'],
    ['fire 🔥 עברית', 'fire 🔥 עברית'],
    ['a\n\n\n\n\nb', 'a\n\nb'],
    ['half \uD83D', 'half \uFFFD'],
  ])('%j is kept as %j', (typed, kept) => {
    expect(noteText(typed)).toBe(kept)
  })

  it('is cut at a character, and says so', () => {
    expect(noteText('x'.repeat(NOTE_LIMIT))).toHaveLength(NOTE_LIMIT)
    const long = noteText(`${'x'.repeat(NOTE_LIMIT - 2)}🔥🔥`)
    expect(long).toBe(`${'x'.repeat(NOTE_LIMIT - 2)}…`)
    expect(noteText('y'.repeat(1_000_000))).toHaveLength(NOTE_LIMIT)
  })
})

describe('typed text', () => {
  it.each([
    ['<@U0BOB>', 'somebody'],
    ['<@W0BOB|bob b>', '@bob b'],
    ['<#C0DATA>', 'a channel'],
    ['<!subteam^S0ONCALL|@oncall>', '@oncall'],
    ['<!here> <!everyone|everyone>', '@here @everyone'],
    ['<mailto:a@b.c|a@b.c>', 'mailto:a@b.c'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['&amp;lt;@U0BOB&amp;gt;', '&lt;@U0BOB&gt;'],
  ])('%s reads %s', (typed, text) => {
    expect(typedText(typed)).toBe(text)
  })
})
