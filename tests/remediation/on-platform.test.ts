// What the dialog says of an action on each kind of platform.
import { expect, it } from 'vitest'
import { PLATFORM_KINDS } from '../../src/platforms/registry.ts'
import { consequenceOf } from '../../src/remediation/action.ts'
import { rerunJob } from '../../src/remediation/actions/rerun.ts'
import { onPlatform } from '../../src/remediation/on-platform.ts'
import { ACTIONS } from '../../src/remediation/registry.ts'

const said = (kind: string | null): string => {
  const lookup = (name: string): string | undefined =>
    name === 'platform_kind' ? (kind ?? undefined) : undefined
  return consequenceOf(onPlatform(rerunJob, lookup), { target: '42', params: {} }, lookup)
}

it('says of a rerun on Databricks that it is a repair by the job’s settings of now', () => {
  expect(said('databricks')).toMatch(
    /^Repairs run 42: .* by the settings and code that the job has now\. Not known/,
  )
  for (const kind of ['dataproc', 'emr-serverless', null])
    expect(said(kind)).toMatch(/^Runs 42 once more, as it was made\. Not known/)
})

it('names kinds that there are, and the target in each sentence', () => {
  for (const { consequenceOn = {} } of ACTIONS.values())
    for (const [kind, consequence] of Object.entries(consequenceOn)) {
      expect(PLATFORM_KINDS).toContain(kind)
      expect(consequence).toMatch(/\{target\}.*\.$/s)
      expect(consequence.length).toBeLessThanOrEqual(300)
    }
})
