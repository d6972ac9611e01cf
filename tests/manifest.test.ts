// The app's manifest: what Slack would refuse at its form, and no scope more or less than the code needs.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { WORKSPACE } from '../src/sandbox/seed.ts'
import { VERBS } from '../src/slack/commands/verbs.ts'

const ROOT = path.join(import.meta.dirname, '..')

/** Slack's own limits (manifest schema 2.0), as far as the file uses them; unknown keys are refused there too. */
const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.number().int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.strictObject({
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z
            .string()
            .regex(/^\/[a-z][a-z-]*$/)
            .max(32),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    interactivity: z.strictObject({ is_enabled: z.literal(true) }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.literal(true),
    token_rotation_enabled: z.literal(false),
  }),
})

const manifest = Manifest.parse(parse(readFileSync(path.join(ROOT, 'manifest.yml'), 'utf8')))

/** What each Web API method asks of a bot token, as Slack documents it; public and private channels both. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.delete': ['chat:write'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'views.open': [],
  'views.update': [],
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, folder, name), 'utf8'))
}

const code = [...sources('src/slack'), ...sources('src/cli')]
const methods = new Set(
  code.flatMap((text) =>
    [...text.matchAll(/client\.((?:[a-z]+\.)+[a-zA-Z0-9]+)\(/g)].map(([, method]) => method ?? ''),
  ),
)
const count = (pattern: RegExp): number =>
  code.reduce((sum, text) => sum + [...text.matchAll(pattern)].length, 0)

describe('manifest.yml', () => {
  it('asks for exactly the scopes of the methods that the code calls, and of its command', () => {
    const unknown = [...methods].filter((method) => !Object.hasOwn(SCOPES, method))
    expect(unknown, 'add the scopes of these methods to the table above and to manifest.yml').toEqual([])
    const needed = new Set(['commands', ...[...methods].flatMap((method) => SCOPES[method] ?? [])])
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...needed].sort())
  })

  it('would notice a method: the code still calls what the table lists', () => {
    expect([...methods].sort()).toEqual(Object.keys(SCOPES).sort())
  })

  it('declares the one command that has a listener, as the sandbox has it', () => {
    const [command, ...others] = manifest.features.slash_commands
    expect(others).toEqual([])
    expect(code.some((text) => text.includes(`app.command('${command?.command}'`))).toBe(true)
    expect(count(/\bapp\.command\(/g)).toBe(1)
    expect(WORKSPACE.commands.map(({ command, usageHint }) => [command, usageHint])).toEqual([
      [command?.command, command?.usage_hint],
    ])
  })

  it('is what the sandbox was installed with', () => {
    expect([...(WORKSPACE.scopes ?? [])].sort()).toEqual([...manifest.oauth_config.scopes.bot].sort())
  })

  it('lists every verb of the command in its hint', () => {
    const verbs = VERBS.map(({ name }) => name)
    const hint = manifest.features.slash_commands[0]?.usage_hint ?? ''
    expect(verbs.length).toBeGreaterThan(3)
    expect(hint.split(' | ').map((part) => part.split(' ')[0])).toEqual(verbs)
  })

  it('subscribes to no event and declares no shortcut, since nothing listens for one', () => {
    expect(count(/\bapp\.(event|message|shortcut)\(/g)).toBe(0)
  })

  it('has typed words escaped, so that nobody is mistaken for somebody else', () => {
    expect(manifest.features.slash_commands.every(({ should_escape }) => should_escape)).toBe(true)
  })

  it('carries the name under which the mend of ARR-303 invites it', () => {
    const errors = readFileSync(path.join(ROOT, 'src/errors.ts'), 'utf8')
    expect(errors).toContain(`/invite @${manifest.features.bot_user.display_name}`)
  })
})
