// The REST endpoints about who and what there is: users, on-call, services, abilities.
import type { Reply } from './http.ts'
import { pageOf } from './rest-pages.ts'
import type { RestRequest } from './rest-routes.ts'
import type { PdService, PdUser } from './types.ts'
import { reference } from './webhook-data.ts'

/** `query` matches names and, as is customary, e-mail addresses. */
export function listUsers({ account, query }: RestRequest): Reply {
  const wanted = (query.get('query') ?? '').toLowerCase()
  const found = account.users.filter(
    ({ name, email }) => name.toLowerCase().includes(wanted) || email.toLowerCase().includes(wanted),
  )
  const { items, ...page } = pageOf(found, query)
  return { status: 200, body: { users: items.map(renderUser), ...page } }
}

/** Level 1 of every policy is the first user of the seed, level 2 the second; both for ever. */
export function listOncalls({ account, query }: RestRequest): Reply {
  const policies = query.getAll('escalation_policy_ids[]')
  const whole = query.getAll('include[]').includes('users')
  const oncalls = account.services
    .filter(({ escalationPolicy }) => policies.length === 0 || policies.includes(escalationPolicy.id))
    .flatMap(({ escalationPolicy }) =>
      account.users.slice(0, 2).map((user, index) => ({
        escalation_policy: reference('escalation_policy', escalationPolicy.id, escalationPolicy.name),
        escalation_level: index + 1,
        schedule: null,
        user: whole ? renderUser(user) : reference('user', user.id, user.name),
        start: null,
        end: null,
      })),
    )
  const { items, ...page } = pageOf(oncalls, query)
  return { status: 200, body: { oncalls: items, ...page } }
}

export function listServices({ account, query }: RestRequest): Reply {
  const wanted = (query.get('query') ?? '').toLowerCase()
  const found = account.services.filter(({ name }) => name.toLowerCase().includes(wanted))
  const { items, ...page } = pageOf(found, query)
  const open = (service: PdService): boolean =>
    account.data.incidents.some(
      ({ service_id, status }) => service_id === service.id && status !== 'resolved',
    )
  return {
    status: 200,
    body: {
      services: items.map((service) => ({
        ...reference('service', service.id, service.name),
        type: 'service',
        name: service.name,
        status: open(service) ? 'critical' : 'active',
        acknowledgement_timeout: null,
        auto_resolve_timeout: null,
        alert_creation: 'create_alerts_and_incidents',
        escalation_policy: reference(
          'escalation_policy',
          service.escalationPolicy.id,
          service.escalationPolicy.name,
        ),
      })),
      ...page,
    },
  }
}

export function listAbilities(): Reply {
  return { status: 200, body: { abilities: ['event_rules', 'service_support_hours', 'teams'] } }
}

function renderUser(user: PdUser): Record<string, unknown> {
  const shared = reference('user', user.id, user.name)
  return { ...shared, type: 'user', name: user.name, email: user.email, time_zone: 'Etc/UTC', role: 'user' }
}
