// Who is calling, and where to connect.
import type { Methods } from '../world.ts'

export const authMethods: Methods = {
  'api.test': {
    token: 'none',
    tier: 'tier4',
    run: ({ args }) => {
      const { token: _token, ...rest } = args.raw
      const error = args.text('error')
      return error === undefined ? { args: rest } : { ok: false, error, args: rest }
    },
  },
  'auth.test': {
    token: 'bot',
    tier: 'special',
    run: ({ world }) => {
      const { team, botUser } = world.store.seed
      return {
        url: `${world.origin()}/`,
        team: team.domain,
        user: botUser.name,
        team_id: team.id,
        user_id: botUser.id,
        bot_id: world.store.botId,
        is_enterprise_install: false,
      }
    },
  },
  'apps.connections.open': {
    token: 'app',
    tier: 'tier1',
    run: ({ world }) => ({ url: world.hub.openUrl(world.origin()) }),
  },
  'bots.info': {
    token: 'bot',
    tier: 'tier3',
    run: ({ world }) => {
      const { store } = world
      const { botUser } = store.seed
      return {
        bot: {
          id: store.botId,
          deleted: false,
          name: botUser.name,
          updated: 1,
          app_id: store.appId,
          user_id: botUser.id,
          icons: {},
        },
      }
    },
  },
  'team.info': {
    token: 'bot',
    tier: 'tier3',
    run: ({ world }) => {
      const { id, domain } = world.store.seed.team
      return { team: { id, name: domain, domain, url: `${world.origin()}/`, email_domain: '', icon: {} } }
    },
  },
}
