// People and groups of them.
import { page } from '../paging.ts'
import { Refusal } from '../refusal.ts'
import type { JsonObject, SeedUsergroup } from '../types.ts'
import type { Call, Methods, World } from '../world.ts'

function bot(world: World): JsonObject {
  const { botUser, team } = world.store.seed
  const profile = {
    real_name: botUser.name,
    display_name: botUser.name,
    bot_id: world.store.botId,
    team: team.id,
  }
  return { id: botUser.id, team_id: team.id, name: botUser.name, deleted: false, is_bot: true, profile }
}

function people(world: World): JsonObject[] {
  const { users, team } = world.store.seed
  const humans = users.map(({ id, name, realName, email }) => ({
    id,
    team_id: team.id,
    name,
    real_name: realName,
    deleted: false,
    is_bot: false,
    is_app_user: false,
    tz: 'Etc/UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    updated: 1,
    profile: { real_name: realName, display_name: name, email, team: team.id },
  }))
  return [...humans, bot(world)]
}

function found(user: JsonObject | undefined, refusal: string): JsonObject {
  if (user === undefined) throw new Refusal(refusal)
  return { user }
}

function list({ world, args }: Call): JsonObject {
  const { items, next_cursor } = page(people(world), {
    cursor: args.text('cursor'),
    limit: args.whole('limit') ?? 1000,
    key: ({ id }) => String(id),
  })
  const cache_ts = Math.floor(world.store.now() / 1000)
  return { members: items, cache_ts, response_metadata: { next_cursor } }
}

function lookupByEmail({ world, args }: Call): JsonObject {
  const email = args.need('email').toLowerCase()
  const seed = world.store.seed.users.find((user) => user.email.toLowerCase() === email)
  return found(
    people(world).find(({ id }) => id === seed?.id),
    'users_not_found',
  )
}

function groups(world: World): readonly SeedUsergroup[] {
  const { usergroups } = world.store.seed
  // User groups belong to the paid plans.
  if (usergroups === undefined) throw new Refusal('plan_upgrade_required')
  return usergroups
}

export const userMethods: Methods = {
  'users.info': {
    token: 'bot',
    tier: 'tier4',
    scopes: ['users:read'],
    run: ({ world, args }) => {
      const wanted = args.need('user')
      return found(
        people(world).find(({ id }) => id === wanted),
        'user_not_found',
      )
    },
  },
  'users.list': { token: 'bot', tier: 'tier2', scopes: ['users:read'], run: list },
  'users.lookupByEmail': { token: 'bot', tier: 'tier3', scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.list': {
    token: 'bot',
    tier: 'tier2',
    scopes: ['usergroups:read'],
    run: ({ world, args }) => ({
      usergroups: groups(world).map(({ id, handle, name, users }) => ({
        id,
        team_id: world.store.seed.team.id,
        is_usergroup: true,
        handle,
        name,
        date_delete: 0,
        user_count: users.length,
        ...(args.flag('include_users') ? { users } : {}),
      })),
    }),
  },
  'usergroups.users.list': {
    token: 'bot',
    tier: 'tier2',
    scopes: ['usergroups:read'],
    run: ({ world, args }) => {
      const wanted = args.need('usergroup')
      const group = groups(world).find(({ id }) => id === wanted)
      if (group === undefined) throw new Refusal('no_such_subteam')
      return { users: group.users }
    },
  },
}
