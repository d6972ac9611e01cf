// What every alert source must do with its own samples, with damaged ones, and with anything at all.
import * as fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNormaliseJobName } from '../../src/alerts/job-name.ts'
import { type Alert, SEVERITIES } from '../../src/alerts/model.ts'
import type { Normalised, Source } from '../../src/alerts/source.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { openTestStore } from '../support/stores.ts'

/** A file of tests/sources/<name>/samples: a body, and what it means. */
interface Sample {
  readonly what: string
  readonly body: unknown
  readonly expect:
    | { readonly alerts: readonly object[]; readonly rejected: readonly string[] }
    | { readonly refused: string }
}

/** Each source brings at least these. */
const NEEDED = ['firing', 'resolved', 'mixed', 'refused', 'hostile']

const CONTEXT = { now: new Date('2026-11-22T16:00:00Z'), normaliseJobName: createNormaliseJobName([]) }

/** Declares the suite for one source; its samples lie in `folder`. */
export function sourceContract(source: Source, folder: string): void {
  describe(`source contract: ${source.name}`, () => {
    const samples = new Map(
      readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => [
          path.basename(file, '.json'),
          JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Sample,
        ]),
    )
    const bodies = [...samples.values()].map(({ body }) => body)
    const understand = (body: unknown): Normalised => source.normalise(body, CONTEXT)
    const alertsOf = (name: string): readonly Alert[] => {
      const understood = understand(samples.get(name)?.body)
      return understood.kind === 'alerts' ? understood.elements.map(({ alert }) => alert) : []
    }

    it('brings the samples that the contract needs', () => {
      expect([...samples.keys()]).toEqual(expect.arrayContaining(NEEDED))
      expect(alertsOf('firing')).not.toEqual([])
      expect(samples.get('mixed')?.expect).not.toMatchObject({ rejected: [] })
      expect(samples.get('refused')?.expect).toHaveProperty('refused')
    })

    it.each([...samples].map(([name, sample]) => [`${name}: ${sample.what}`, sample] as const))(
      '%s',
      (_name, sample) => {
        const understood = understand(sample.body)
        if ('refused' in sample.expect) {
          expect(understood).toEqual({
            kind: 'refused',
            reason: expect.stringContaining(sample.expect.refused),
          })
          return
        }
        if (understood.kind === 'refused') throw new Error(understood.reason)
        expect(JSON.parse(JSON.stringify(understood.elements.map(({ alert }) => alert)))).toMatchObject(
          sample.expect.alerts,
        )
        expect(understood.elements).toHaveLength(sample.expect.alerts.length)
        expect(understood.rejected.map(({ pointer }) => pointer)).toEqual(sample.expect.rejected)
        for (const { reason } of understood.rejected) expect(reason).not.toBe('')
      },
    )

    it('a signal has the same fingerprint and start when it fires and when it is resolved', () => {
      const [fires, ends] = [alertsOf('firing')[0]!, alertsOf('resolved')[0]!]
      expect([fires.status, ends.status]).toEqual(['firing', 'resolved'])
      expect(ends.fingerprint).toBe(fires.fingerprint)
      expect(ends.startsAt).toEqual(fires.startsAt)
    })

    it('every alert bears the source’s name, and every pointer leads to its element', () => {
      for (const body of bodies) {
        const understood = understand(body)
        if (understood.kind === 'refused') continue
        for (const { pointer, alert } of understood.elements) {
          expect(alert.source).toBe(source.name)
          expect(at(body, pointer)).toBeDefined()
        }
        for (const { pointer, raw } of understood.rejected) expect(at(body, pointer)).toEqual(raw)
      }
    })

    it('is pure: the body stays as it is, and means the same again', () => {
      for (const body of bodies) {
        const before = structuredClone(body)
        const once = understand(deepFreeze(body))
        expect(understand(body)).toEqual(once)
        expect(body).toEqual(before)
      }
    })

    it('a sample with anything in any one place is understood or refused, never thrown at, and always storable', () => {
      const damage = fc.record({
        body: fc.constantFrom(...bodies),
        where: fc.nat(),
        thing: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE)),
      })
      fc.assert(
        fc.property(damage, ({ body, where, thing }) => {
          expectStorable(understand(replaceAt(body, where, thing)))
        }),
        { numRuns: 600 },
      )
    })

    it('anything at all that is JSON is understood or refused', () => {
      fc.assert(fc.property(fc.jsonValue(), (body) => expectStorable(understand(body))))
    })

    describe('through the front door', () => {
      let door: FrontDoor
      beforeAll(async () => {
        const config = (yaml: string): string => yaml.replace('\n  alertmanager:', `\n  ${source.name}:`)
        door = await openFrontDoor(await openTestStore(), { config })
      })
      afterAll(() => door?.close())

      it.each([...samples])('%s is answered as it is meant, and stored', async (_name, sample) => {
        const answer = await door.post(sample.body, { source: source.name })
        if ('refused' in sample.expect) expect(answer.status).toBe(400)
        else
          expect(answer).toMatchObject({
            status: 200,
            body: {
              stored: sample.expect.alerts.length,
              rejected: sample.expect.rejected.map((pointer) => ({ pointer })),
            },
          })
      })
    })
  })
}

/** What has broken alert pipelines before. */
const HOSTILE: readonly unknown[] = [
  '\u0000', '\uD800', '\uDFFF\uD800', 'x'.repeat(300_000), 'constructor', '__proto__', '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-12:00', '-271821-04-20T00:00:00Z', 'javascript:alert(1)', 'http://[', 'http://a/\u0000',
  { constructor: 1 }, { length: 1e9 }, [[[[]]]], -0, 1e308, null, true, '', [], {},
] // prettier-ignore

/** No column, index or jsonb value of either database refuses what a source made. */
function expectStorable(understood: Normalised): void {
  if (understood.kind === 'refused') {
    expect(understood.reason).not.toBe('')
    expect(understood.reason.length).toBeLessThan(300)
    return
  }
  for (const { alert } of understood.elements) {
    const texts: string[] = []
    const walk = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value)
      else if (value instanceof Date) texts.push(value.toISOString())
      else if (typeof value === 'object' && value !== null)
        for (const [name, inner] of Object.entries(value)) {
          texts.push(name)
          walk(inner)
        }
    }
    walk(alert)
    for (const text of texts)
      if (text.includes('\u0000') || !text.isWellFormed())
        throw new Error(`not storable: ${JSON.stringify(text)}`)
    expect(SEVERITIES).toContain(alert.severity)
    expect(alert.fingerprint.length).toBeGreaterThan(0)
    expect(alert.fingerprint.length).toBeLessThanOrEqual(200)
    for (const at of [alert.startsAt, alert.endsAt ?? alert.startsAt])
      expect(at.toISOString()).toMatch(/^(?!0000)\d{4}-/)
    for (const { url } of alert.links) expect(url).toMatch(/^https?:\/\//)
    expect(JSON.stringify(alert).length).toBeLessThan(1_000_000)
  }
}

/** The value a JSON pointer names. */
function at(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], body)
}

/** A copy with the `where`th value, in order of the document, replaced. */
function replaceAt(body: unknown, where: number, thing: unknown): unknown {
  let count = 0
  const size = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Object.values(value).reduce<number>((sum, inner) => sum + size(inner), 0)
      : 1
  const target = where % size(body)
  const copy = (value: unknown): unknown => {
    if (count++ === target) return thing
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]))
  }
  return copy(body)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
