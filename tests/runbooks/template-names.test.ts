// The names that templates know, and that no label can pretend to be something else.
import { describe, expect, it } from 'vitest'
import { TEMPLATE_NAMES, lookupIn, type TemplateContext } from '../../src/runbooks/template-names.ts'

const RUN = {
  platform: 'prod',
  cluster: 'blue',
  jobName: 'nightly-orders',
  runId: 'app-1',
  attempt: 2,
  retriesLeft: null,
}

function context(labels: Record<string, string> = {}, more: Partial<TemplateContext> = {}): TemplateContext {
  return {
    alert: { name: 'SparkExecutorOOM', severity: 'high', labels, annotations: {}, run: RUN },
    platformKind: 'spark-standalone',
    team: 'data',
    incidentNumber: 42,
    incidentUrl: 'https://arrestor.example/incidents/inc_1',
    outputs: { death: { signature: 'F03', count: 4, agreed: false, suggested_mib: null } },
    ...more,
  }
}

describe('names of templates', () => {
  it('all have a value where everything is known', () => {
    const lookup = lookupIn(context())
    const known = [...TEMPLATE_NAMES.keys()].map((name) => [name, lookup(name)])
    expect(Object.fromEntries(known)).toEqual({
      alertname: 'SparkExecutorOOM',
      severity: 'high',
      platform: 'prod',
      platform_kind: 'spark-standalone',
      job_name: 'nightly-orders',
      app_id: 'app-1',
      attempt: '2',
      cluster: 'blue',
      team: 'data',
      incident_number: '42',
      incident_url: 'https://arrestor.example/incidents/inc_1',
    })
  })

  it('know labels, and probe outputs with numbers and truth values as text', () => {
    const lookup = lookupIn(context({ namespace: 'batch' }))
    expect(['namespace', 'death.signature', 'death.count', 'death.agreed'].map(lookup)).toEqual([
      'batch',
      'F03',
      '4',
      'false',
    ])
  })

  it('have no value where nothing is known: null outputs, other probes, other outputs, no address', () => {
    const lookup = lookupIn(context({ incident_url: 'https://evil.example' }, { incidentUrl: null }))
    for (const name of ['death.suggested_mib', 'death.nothing', 'heap.value', 'nowhere', 'incident_url'])
      expect(lookup(name), name).toBeUndefined()
  })

  it('take the label of a job before the run, as matching does', () => {
    expect(lookupIn(context({ job_name: 'nightly-orders-2026-11-01' }))('job_name')).toBe(
      'nightly-orders-2026-11-01',
    )
  })

  it('cannot be taken over by labels: team, number, severity, platform and everything with a dot', () => {
    const lookup = lookupIn(
      context({
        team: 'other',
        incident_number: '1',
        severity: 'critical',
        platform: 'else',
        'death.signature': 'F99',
        'heap.value': '1',
      }),
    )
    expect(['team', 'incident_number', 'severity', 'platform', 'death.signature'].map(lookup)).toEqual([
      'data',
      '42',
      'high',
      'prod',
      'F03',
    ])
    expect(lookup('heap.value')).toBeUndefined()
  })

  it('know the own outputs of a probe bare, before everything else, and not those of objects', () => {
    const lookup = lookupIn(context({ value: 'label' }), { value: 0.97, link: null })
    expect(lookup('value')).toBe('0.97')
    expect(lookup('link')).toBeUndefined()
    for (const name of ['constructor', '__proto__', 'toString', 'death.constructor', '__proto__.constructor'])
      expect(lookup(name), name).toBeUndefined()
  })
})
