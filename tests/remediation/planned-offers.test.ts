// Buttons: one for each action and target, none without a target, and the highest role that anybody demands.
import { describe, expect, test } from 'vitest'
import { rollBack } from '../../src/remediation/actions/roll-back.ts'
import type { Role } from '../../src/remediation/roles.ts'
import { plannedOffers } from '../../src/remediation/planned-offers.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'
import { factsOf } from '../../src/runbooks/facts.ts'
import type { Params } from '../../src/runbooks/model.ts'
import { viewSections } from '../../src/runbooks/sections.ts'
import { alert, runbook } from '../runbooks/support.ts'

const PLATFORM = { name: 'p', kind: 'spark-standalone', capabilities: new Set(['application.kill']) }
const action = (id: string, more = ''): string =>
  `Words.\n\n\`\`\`yaml action\nid: ${id}\nuse: spark.kill-application\n${more}\n\`\`\`\n`

function planned(body: string, labels: Record<string, string>, floor?: Role): string[] {
  const spoken = alert({ alertname: 'a', ...labels })
  const facts = factsOf(spoken)
  const views = viewSections(
    runbook('a', `match: ['alertname="a"']`, `Intro.\n\n## Do\n\n${body}`),
    facts,
    PLATFORM,
    ACTIONS,
  )
  const context = {
    team: 'data-platform',
    run: spoken.run,
    facts: Object.fromEntries(facts),
    webhooks: [],
    deployments: [],
  }
  const floors = new Map(floor === undefined ? [] : [['spark.kill-application', floor]])
  return plannedOffers(views, context, floors).map(
    ({ step, title, target, requires }) => `${step.id}: ${title} ${target} (${requires})`,
  )
}

const APP = { app_id: 'app-1' }

describe('a button', () => {
  test.each<[string, Role | undefined, string]>([
    ['', undefined, 'responder'],
    ['requires: commander', undefined, 'commander'],
    ['', 'commander', 'commander'],
    ['requires: responder', 'commander', 'commander'],
    // The operator may not go below what the action itself demands, either.
    ['', 'viewer', 'responder'],
  ])('with %j under the floor %s needs a %s', (more, floor, role) => {
    expect(planned(action('kill', more), APP, floor)).toEqual([`kill: Kill Application app-1 (${role})`])
  })

  test('is not shown where nobody knows what it would aim at', () => {
    expect(planned(action('kill'), {})).toEqual([])
  })

  test('stands once, however many sections offer it', () => {
    expect(planned(`${action('kill')}\n### Again\n\n${action('again')}`, APP)).toHaveLength(1)
  })

  test.each<[string, Params | null, number]>([
    ['takes what is fixed beside the runbook’s parameters', { to: 'v1' }, 1],
    ['is not shown where the action refuses it', { to: 'x'.repeat(301) }, 0],
    ['is not shown where nobody could be asked', null, 0],
  ])('P13: one that an offer fixes more of %s', (_what, fixed, buttons) => {
    const spoken = alert({ alertname: 'a', job_name: 'orders' })
    const facts = factsOf(spoken)
    const body = `Intro.\n\n## Do\n\n${action('back')}`
    const views = viewSections(runbook('a', `match: ['alertname="a"']`, body), facts, PLATFORM, ACTIONS)
    const context = {
      team: 'a',
      run: { ...spoken.run, jobName: 'orders' },
      facts: {},
      webhooks: ['ci'],
      deployments: [],
    }
    const actions = new Map([['spark.kill-application', { ...rollBack, fix: () => fixed }]])
    expect(plannedOffers(views, context, new Map(), actions)).toHaveLength(buttons)
  })
})
