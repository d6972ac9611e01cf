// Logs in buckets: listed in pages, read in parts, and every trouble on the way.
import { afterEach, describe, expect, it } from 'vitest'
import { reasonOf } from '../../../src/errors.ts'
import { createEventLogReader } from '../../../src/platforms/event-log/reader.ts'
import type { LogStore } from '../../../src/platforms/event-log/store.ts'
import { tailOf } from '../../../src/platforms/event-log/tail.ts'
import { createS3Store, s3Link, s3PlaceOf } from '../../../src/platforms/aws/s3-store.ts'
import { DEPS, NEVER } from '../support.ts'
import { rolled } from './logs.ts'
import { type StandIn, startAws } from './stand-in.ts'
import { IDENTITY, REGION } from './support.ts'

let aws: StandIn | null = null
afterEach(async () => {
  await aws?.close()
  aws = null
})
async function storeOf(objects: Record<string, Buffer>, timeout_ms = 2000): Promise<[LogStore, StandIn]> {
  aws = await startAws({ identity: IDENTITY, region: REGION, objects })
  const config = { region: REGION, s3_endpoint: aws.url, timeout_ms }
  return [createS3Store('batch', config, () => Promise.resolve(IDENTITY), DEPS), aws]
}
async function bytesOf(store: LogStore, file: string, offset: number, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of store.read(file, offset, bytes, NEVER)) parts.push(part)
  return Buffer.concat(parts)
}
const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', reasonOf)

describe('a bucket', () => {
  it('has folders and files, with their size and age; null where there is nothing', async () => {
    const [store] = await storeOf({
      'logs/a/b/c.gz': Buffer.from('xyz'),
      'logs/a/d': Buffer.from('x'),
      'logs/a/': Buffer.alloc(0),
      'logs/ab/e': Buffer.from('x'),
    })
    const at = new Date('2026-11-22T10:00:00Z')
    expect(await store.list('s3n://logs/a/', NEVER)).toEqual([
      { name: 'b', path: 's3://logs/a/b', folder: true, bytes: 0, modifiedAt: null },
      { name: 'd', path: 's3://logs/a/d', folder: false, bytes: 1, modifiedAt: at },
    ])
    expect(await store.list('s3a://logs/a', NEVER)).toHaveLength(2)
    expect((await store.list('s3://logs', NEVER))?.map(({ name }) => name)).toEqual(['a', 'ab'])
    expect(await store.list('s3://logs/nothing', NEVER)).toBeNull()
    expect(await store.list('s3://no-such-bucket/a', NEVER)).toBeNull()
    expect(await said(store.list('/var/log', NEVER))).toMatch(/^ARR-502.*no place in S3/)
  })

  it('is listed page by page, and no further than ten pages', async () => {
    const [store, of] = await storeOf(
      Object.fromEntries(Array.from({ length: 11_000 }, (_, at) => [`logs/e/${at}`, Buffer.alloc(0)])),
    )
    expect(await store.list('s3://logs/e', NEVER)).toHaveLength(10_000)
    expect(of.asked).toHaveLength(10)
  })

  it('is asked for an event log by its name, not for all of them', async () => {
    const [store, of] = await storeOf(rolled('logs/events', 'application_1_0001'))
    const log = await createEventLogReader('batch', store).find('s3://logs/events', 'application_1_0001', NEVER) // prettier-ignore
    expect(log?.stages.size).toBeGreaterThan(0)
    expect(of.asked.filter((call) => call.startsWith('List'))).toEqual([
      'ListObjectsV2 logs/events/application_1_0001',
      'ListObjectsV2 logs/events/eventlog_v2_application_1_0001',
      'ListObjectsV2 logs/events/eventlog_v2_application_1_0001/',
    ])
  })
})

describe('an object', () => {
  it('is read from and to where it is wanted, in parts', async () => {
    const all = Buffer.alloc(9 * 1024 * 1024, 'abcdefg')
    const [store, of] = await storeOf({ 'logs/big': all })
    expect((await bytesOf(store, 's3://logs/big', 0, all.length)).equals(all)).toBe(true)
    expect(of.asked).toHaveLength(3)
    expect((await bytesOf(store, 's3://logs/big', 5_000_000, 10)).equals(all.subarray(5_000_000, 5_000_010))).toBe(true) // prettier-ignore
    expect(await bytesOf(store, 's3://logs/big', all.length - 5, 50)).toHaveLength(5)
    expect(await bytesOf(store, 's3://logs/big', all.length + 5, 50)).toHaveLength(0)
    expect(await bytesOf(store, 's3://logs/none', 0, 50)).toHaveLength(0)
  })

  it('of 100 MB costs the tail that is wanted and no more', async () => {
    const [store, of] = await storeOf({ 'logs/huge': Buffer.alloc(100 * 1024 * 1024, 'x\n') })
    const [file] = (await store.list('s3://logs', NEVER)) ?? []
    const tail = await tailOf(store, [file!], 1000, NEVER)
    expect(tail).toMatchObject({ cut: true, files: ['huge'] })
    expect(tail?.text).toHaveLength(1000)
    expect(of.asked).toHaveLength(2)
  })

  it('that comes with no end to it is read no further than was asked for', async () => {
    const [store, of] = await storeOf({ 'logs/a': Buffer.from('abc') })
    of.fault(/GetObject/, { kind: 'huge' })
    expect(await bytesOf(store, 's3://logs/a', 0, 1000)).toHaveLength(1000)
    expect(await said(bytesOf(store, 's3://logs/a', 1, 1000))).toMatch(/^ARR-502.*heeds no ranges/)
  })

  it.each([
    ['a page of HTML', { kind: 'html' }, /^ARR-502.*text\/html/],
    ['half a body', { kind: 'half' }, /^ARR-501/],
    ['nothing', { kind: 'hang' }, /^ARR-501.*in time/],
    ['a redirect', { kind: 'login' }, /^ARR-502.*login page/],
    ['the wrong region', { kind: 'refusal', status: 301, code: 'PermanentRedirect' }, /^ARR-502.*another region/],
    ['no permission', { kind: 'refusal', status: 403, code: 'AccessDenied' }, /^ARR-506.*s3:\/\/logs\/a: 403 AccessDenied/],
    ['too much asked', { kind: 'refusal', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' }, /^ARR-501.*SlowDown/],
  ] as const)('in whose place there is %s is told', async (_name, fault, words) => {
    const [store, of] = await storeOf({ 'logs/a': Buffer.from('abc') }, fault.kind === 'hang' ? 300 : 2000)
    of.fault(/GetObject/, fault)
    expect(await said(bytesOf(store, 's3://logs/a', 0, 1000))).toMatch(words)
  }) // prettier-ignore

  it.each([
    ['another XML', { kind: 'wrong' }, /^ARR-502.*Name/],
    ['a page of HTML', { kind: 'html' }, /^ARR-502.*text\/html/],
    ['100 MB', { kind: 'huge' }, /^ARR-502.*larger than/],
  ] as const)('in the place of whose list there is %s is told', async (_name, fault, words) => {
    const [store, of] = await storeOf({ 'logs/a': Buffer.from('abc') })
    of.fault(/ListObjects/, fault)
    expect(await said(store.list('s3://logs', NEVER))).toMatch(words)
  })
})

it.each([
  ['s3://logs/a/b', { bucket: 'logs', key: 'a/b' }],
  ['s3n://logs/', { bucket: 'logs', key: '' }],
  ['s3a://my.logs', { bucket: 'my.logs', key: '' }],
  ['https://logs/a', null],
  ['s3://UPPER/a', null],
  ['s3://', null],
])('the place %s', (text, place) => {
  expect(s3PlaceOf(text)).toEqual(place)
})

it('leads people to the console', () => {
  expect(s3Link('s3://logs/a b/', 'eu-west-1')).toBe(
    'https://eu-west-1.console.aws.amazon.com/s3/buckets/logs?region=eu-west-1&prefix=a%20b%2F',
  )
  expect(s3Link('dbfs:/a', 'eu-west-1')).toBeNull()
})
