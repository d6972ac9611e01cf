// What signals that begin, repeat, end and come late do to incidents, on both databases, through the real HTTP server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockIncident } from '../../src/incidents/repository.ts'
import { acknowledgeLocked, resolveLocked } from '../../src/flow/settle.ts'
import { loadRunbooks } from '../../src/runbooks/load.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import { storeKinds } from '../support/stores.ts'
import { envelope } from '../support/world.ts'

const S1 = '2026-11-02T01:00:00Z'
const S2 = '2026-11-02T02:00:00Z'
const ALICE = { kind: 'person', id: 'U0ALICE', name: 'alice', via: 'slack' } as const

interface Signal {
  readonly job: string
  readonly status?: 'firing' | 'resolved'
  readonly fingerprint?: string
  readonly startsAt?: string
  readonly labels?: Record<string, string>
}

function alert({ job, status = 'firing', fingerprint = job, startsAt = S1, labels = {} }: Signal): unknown {
  return {
    status,
    labels: { alertname: 'SparkJobFailed', severity: 'high', job_name: job, ...labels },
    annotations: {},
    startsAt,
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-02T02:30:00Z',
    fingerprint,
  }
}

for (const kind of storeKinds())
  describe.skipIf(kind.missing !== undefined)(
    `signals, on ${kind.name}${kind.missing === undefined ? '' : ` (${kind.missing})`}`,
    () => {
      let door: FrontDoor
      beforeAll(async () => {
        door = await openFrontDoor(await kind.open())
      })
      afterAll(async () => {
        await door?.close()
        await kind.close()
      })

      /** Sends one body of these. */
      const send = async (...signals: Signal[]): Promise<void> => {
        const answer = await door.post(envelope(signals.map(alert)))
        expect(answer).toMatchObject({ status: 200, body: { stored: signals.length, rejected: [] } })
      }
      const incidentsOf = async (job: string) =>
        await door.store.db
          .selectFrom('incidents')
          .selectAll()
          .where('key', 'like', `%job=${job}`)
          .orderBy('number')
          .execute()
      const instancesOf = async (job: string) =>
        await door.store.db
          .selectFrom('alert_instances')
          .selectAll()
          .where('run', '@>', JSON.stringify({ jobName: job }))
          .orderBy('starts_at')
          .execute()
      const timelineOf = async (job: string, number = 0) =>
        await door.store.db
          .selectFrom('timeline')
          .selectAll()
          .where('incident_id', '=', (await incidentsOf(job))[number]?.id ?? '')
          .orderBy('seq')
          .execute()
      const ignoredOf = async (fingerprint: string) =>
        await door.store.db
          .selectFrom('decisions')
          .select(['kind', 'reason', 'count', 'team'])
          .where('subject', '=', `alertmanager/${fingerprint}`)
          .execute()
      const press = async (job: string, what: 'acknowledge' | 'resolve'): Promise<void> => {
        const [found] = await incidentsOf(job)
        await door.store.transaction(async (tx) => {
          const incident = await lockIncident(tx, found!.id)
          if (what === 'acknowledge')
            await acknowledgeLocked(tx, door.deps, incident!, ALICE, door.clock.now())
          else await resolveLocked(tx, door.deps, incident!, ALICE, 'person', door.clock.now())
        })
      }

      it('a duplicate within a body is one alert, seen twice', async () => {
        await send({ job: 'twin' }, { job: 'twin' })
        expect(await instancesOf('twin')).toMatchObject([{ seen: 2 }])
        expect(await incidentsOf('twin')).toMatchObject([{ alerts_total: 1, alerts_firing: 1 }])
      })

      it('P11: repeats across bodies are counted on the alert, and leave no second line on the timeline', async () => {
        for (let i = 0; i < 4; i += 1) await send({ job: 'again' })
        expect(await instancesOf('again')).toMatchObject([{ seen: 4 }])
        expect(await incidentsOf('again')).toMatchObject([{ alerts_total: 1, version: 2 }])
        expect(await timelineOf('again')).toMatchObject([{ kind: 'opened', count: 1 }])
      })

      it('P11: joins of the same cause count up on one line', async () => {
        for (let i = 0; i < 4; i += 1) await send({ job: 'crowd', fingerprint: `crowd-${i}` })
        expect(await timelineOf('crowd')).toMatchObject([
          { kind: 'opened', reason: 'matched', data: { alert: 'SparkJobFailed', routed: 'default_team' } },
          { kind: 'alerts_joined', reason: 'same_key', count: 3 },
        ])
      })

      it('a resolution ends its alert; the last one ends the incident, by its source', async () => {
        await send({ job: 'pair', fingerprint: 'pair-1' }, { job: 'pair', fingerprint: 'pair-2' })
        await send({ job: 'pair', fingerprint: 'pair-1', status: 'resolved' })
        expect(await incidentsOf('pair')).toMatchObject([{ state: 'triggered', alerts_firing: 1 }])
        await send({ job: 'pair', fingerprint: 'pair-2', status: 'resolved' })
        expect(await incidentsOf('pair')).toMatchObject([
          {
            state: 'resolved',
            alerts_firing: 0,
            resolution: 'source',
            resolved_by: { kind: 'source', name: 'alertmanager' },
          },
        ])
        expect((await instancesOf('pair'))[0]?.ends_at).toEqual(new Date('2026-11-02T02:30:00Z'))
      })

      it('resolved before firing: nothing opens, the late firing neither, and both have their reason', async () => {
        await send({ job: 'early', status: 'resolved' })
        await send({ job: 'early' })
        expect(await incidentsOf('early')).toEqual([])
        expect(await instancesOf('early')).toMatchObject([{ status: 'resolved', incident_id: null }])
        expect((await ignoredOf('early')).map(({ reason }) => reason).sort()).toEqual([
          'firing_after_its_resolution',
          'resolved_before_firing',
        ])
      })

      it('resolved before firing within one body is the same', async () => {
        await send({ job: 'early-body', status: 'resolved' }, { job: 'early-body' })
        expect(await incidentsOf('early-body')).toEqual([])
        expect(await instancesOf('early-body')).toMatchObject([{ status: 'resolved' }])
      })

      it('firing and resolved within one body: opened and resolved, on the record', async () => {
        await send({ job: 'short' }, { job: 'short', status: 'resolved' })
        expect(await incidentsOf('short')).toMatchObject([
          { state: 'resolved', alerts_total: 1, alerts_firing: 0 },
        ])
        expect((await timelineOf('short')).map(({ kind: what }) => what)).toEqual([
          'opened',
          'alerts_resolved',
          'resolved',
        ])
      })

      it('resolved twice: the second changes nothing and is counted', async () => {
        await send({ job: 'twice' })
        for (let i = 0; i < 3; i += 1) await send({ job: 'twice', status: 'resolved' })
        expect(await ignoredOf('twice')).toEqual([
          { kind: 'alert_ignored', reason: 'already_resolved', count: 2, team: 'data-platform' },
        ])
        expect((await timelineOf('twice')).filter(({ kind: what }) => what === 'resolved')).toMatchObject([
          { count: 1 },
        ])
      })

      it('a firing that comes after its own resolution opens nothing', async () => {
        await send({ job: 'late' })
        await send({ job: 'late', status: 'resolved' })
        await send({ job: 'late' })
        expect(await incidentsOf('late')).toMatchObject([{ state: 'resolved' }])
        expect(await ignoredOf('late')).toMatchObject([{ reason: 'firing_after_its_resolution' }])
      })

      it('the same signal firing anew after its resolution is a new incident', async () => {
        await send({ job: 'anew' })
        await send({ job: 'anew', status: 'resolved' })
        await send({ job: 'anew', startsAt: S2 })
        expect(await incidentsOf('anew')).toMatchObject([
          { state: 'resolved' },
          { state: 'triggered', alerts_firing: 1 },
        ])
      })

      it('a later start supersedes the one whose resolution was lost: still one alert firing in one incident', async () => {
        await send({ job: 'over' })
        await send({ job: 'over', startsAt: S2 })
        expect(await incidentsOf('over')).toMatchObject([
          { state: 'triggered', alerts_total: 2, alerts_firing: 1 },
        ])
        expect(await instancesOf('over')).toMatchObject([
          { status: 'resolved', ends_at: new Date(S2) },
          { status: 'firing' },
        ])
        await send({ job: 'over', startsAt: S2, status: 'resolved' })
        expect(await incidentsOf('over')).toMatchObject([{ state: 'resolved', alerts_firing: 0 }])
      })

      it('a resolution that names a later start ends what began before it', async () => {
        await send({ job: 'cover' })
        await send({ job: 'cover', startsAt: S2, status: 'resolved' })
        expect(await incidentsOf('cover')).toMatchObject([{ state: 'resolved', alerts_firing: 0 }])
      })

      it('a worse alert raises the incident’s severity; a milder one leaves it', async () => {
        // No runbook speaks of this one, so that its severity is the alert's.
        const of = (fingerprint: string, severity: string): Signal => ({
          job: 'worse',
          fingerprint,
          labels: { alertname: 'NobodyKnowsThis', severity },
        })
        await send(of('w1', 'warning'))
        await send(of('w2', 'critical'), of('w3', 'info'))
        expect(await incidentsOf('worse')).toMatchObject([{ severity: 'critical' }])
      })

      it('a person resolved while it still fires: repeats reopen nothing, its end is noted, a new start opens anew', async () => {
        await send({ job: 'by-hand' })
        await press('by-hand', 'resolve')
        await send({ job: 'by-hand' })
        expect(await incidentsOf('by-hand')).toMatchObject([{ state: 'resolved', alerts_firing: 1 }])
        await send({ job: 'by-hand', startsAt: S2 })
        expect(await incidentsOf('by-hand')).toMatchObject([
          { state: 'resolved', resolution: 'person', alerts_firing: 0 },
          { state: 'triggered', alerts_firing: 1 },
        ])
        await send({ job: 'by-hand', startsAt: S2, status: 'resolved' })
        expect((await incidentsOf('by-hand'))[1]).toMatchObject({ state: 'resolved', resolution: 'source' })
        expect((await timelineOf('by-hand')).at(-1)).toMatchObject({ kind: 'alerts_resolved' })
      })

      it('an acknowledged incident takes further alerts and stays acknowledged', async () => {
        await send({ job: 'acked', fingerprint: 'a1' })
        await press('acked', 'acknowledge')
        await send({ job: 'acked', fingerprint: 'a2' })
        expect(await incidentsOf('acked')).toMatchObject([{ state: 'acknowledged', alerts_total: 2 }])
      })

      it('two teams with the same job have an incident each', async () => {
        await send(
          { job: 'shared', fingerprint: 's1' },
          { job: 'shared', fingerprint: 's2', labels: { team: 'streaming' } },
        )
        expect((await incidentsOf('shared')).map(({ team }) => team).sort()).toEqual([
          'data-platform',
          'streaming',
        ])
      })

      it('P11: an alert that no runbook knows is counted as a gap', async () => {
        await send({ job: 'gap', labels: { alertname: `Gap${kind.name}` } })
        await send({ job: 'gap-two', labels: { alertname: `Gap${kind.name}` } })
        const gaps = await door.store.db
          .selectFrom('decisions')
          .selectAll()
          .where('subject', '=', `Gap${kind.name}`)
          .execute()
        expect(gaps).toMatchObject([
          { kind: 'coverage_gap', reason: 'catch_all', count: 2, team: 'data-platform' },
        ])
      })

      it('the runbook changed between firing and resolved: the open incident keeps its text, a new one gets the new', async () => {
        const folder = mkdtempSync(path.join(tmpdir(), 'arrestor-books-'))
        try {
          const write = async (sentence: string): Promise<void> => {
            writeFileSync(
              path.join(folder, 'changing.md'),
              `---\nid: changing\ntitle: Changing\nowner: me\nmatch: ['alertname="Changing"']\n---\n# Changing\n\n${sentence}\n`,
            )
            const { index, problems } = await loadRunbooks([folder])
            expect(problems).toEqual([])
            door.useRunbooks(index)
          }
          const labels = { alertname: 'Changing' }
          await write('The first text.')
          await send({ job: 'changing', labels })
          await write('The second text.')
          await send({ job: 'changing', fingerprint: 'changing-2', labels })
          await send({ job: 'changed', labels })
          const textOf = async (job: string): Promise<string | undefined> => {
            const [incident] = await incidentsOf(job)
            const row = await door.store.db
              .selectFrom('runbook_texts')
              .select('text')
              .where('hash', '=', incident?.runbook_hash ?? '')
              .executeTakeFirst()
            return row?.text
          }
          expect(await textOf('changing')).toContain('The first text.')
          expect(await textOf('changed')).toContain('The second text.')
          await send(
            { job: 'changing', status: 'resolved', labels },
            { job: 'changing', fingerprint: 'changing-2', status: 'resolved', labels },
          )
          expect(await incidentsOf('changing')).toMatchObject([{ state: 'resolved', alerts_firing: 0 }])
          await send({ job: 'changing', startsAt: S2, labels })
          expect((await incidentsOf('changing'))[1]?.runbook_hash).toBe(
            (await incidentsOf('changed'))[0]?.runbook_hash,
          )
        } finally {
          rmSync(folder, { recursive: true, force: true })
          door.useRunbooks((await loadRunbooks(['runbooks'])).index)
        }
      })
    },
  )
