// What counts as a change between two runs, by tables: properties, traits, columns.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { comparedColumns, tablesIn } from '../../../src/diagnosis/changes/columns.ts'
import { comparedImages, pinned, untoldImage } from '../../../src/diagnosis/changes/image.ts'
import { newestFirst } from '../../../src/diagnosis/changes/model.ts'
import { comparedProperties, imageIn } from '../../../src/diagnosis/changes/properties.ts'
import { comparedTraits } from '../../../src/diagnosis/changes/traits.ts'

const between = (
  before: Record<string, string>,
  after: Record<string, string>,
): readonly { key: string; text: string }[] =>
  comparedProperties(new Map(Object.entries(before)), new Map(Object.entries(after)))

describe('Spark properties', () => {
  it.each<[string, string, string | undefined, string | undefined, string]>([
    ['another value', 'spark.executor.memory', '8g', '4g', '8g -> 4g'],
    ['one that is new', 'spark.sql.ansi.enabled', undefined, 'true', 'set to true'],
    ['one that is gone', 'spark.executor.memoryOverhead', '2g', undefined, '2g is gone'],
    ['another jar', 'spark.jars', 's3://b/etl-1.4.2.jar,s3://b/lib.jar', 's3://b/etl-1.5.0.jar,s3://b/lib.jar', 'etl-1.4.2.jar -> etl-1.5.0.jar'],
    ['a jar more', 'spark.jars', 's3://b/a.jar', 's3://b/a.jar,s3://b/new.jar', 'fewer entries -> new.jar'],
    ['a long value', 'spark.jars.packages', 'a', 'b'.repeat(200), `a -> ${'b'.repeat(59)}…`],
    ['P12: a secret by its name', 'spark.db.password', 'old-one', 'new-one', 'differs, its values are not shown'],
    ['P12: a secret by its shape', 'spark.x.url', 'jdbc:postgresql://h/db?password=old', 'jdbc:postgresql://h/db?password=new', 'differs, its values are not shown'],
    ['P12: an option of a JVM', 'spark.executor.extraJavaOptions', '-Dapp.pass=OLDhunter', '-Dapp.pass=NEWhunter', 'differs, its values are not shown'],
    ['P12: a variable', 'spark.executorEnv.DB_PASS', 'OLDpassword1', 'NEWpassword1', 'differs, its values are not shown'],
    ['P12: a variable with a harmless name', 'spark.executorEnv.REGION', 'one', 'two', 'differs, its values are not shown'],
    ['P12: a reference to a secret', 'spark.kubernetes.driver.secretKeyRef.DB', 'a:old', 'a:new', 'differs, its values are not shown'],
    ["P12: a setting of the job's own", 'spark.app.pat', 'OLDhunter', undefined, 'differs, its values are not shown'],
    ['a switch', 'spark.sql.adaptive.enabled', 'true', 'false', 'true -> false'],
    ['a number of partitions', 'spark.sql.shuffle.partitions', '200', '2000', '200 -> 2000'],
    ['executors', 'spark.dynamicAllocation.maxExecutors', '10', '4', '10 -> 4'],
    ['a serializer', 'spark.serializer', 'a.Java', 'a.Kryo', 'a.Java -> a.Kryo'],
    ['P12: what Spark redacted on one side', 'spark.jars.packages', 'visible', '*********(redacted)', 'differs, its values are not shown'],
  ])('%s', (_what, key, before, after, text) => {
    const of = (value: string | undefined): Record<string, string> => (value === undefined ? {} : { [key]: value })
    expect(between(of(before), of(after))).toEqual([{ key, text }])
  }) // prettier-ignore

  it.each<[string, string, string, string]>([
    ['an application id', 'spark.app.id', 'app-1', 'app-2'],
    ['a name with its date', 'spark.app.name', 'orders-2026-11-21', 'orders-2026-11-22'],
    ['a start', 'spark.app.startTime', '1795360037658', '1795446437658'],
    ['a host', 'spark.driver.host', '10.0.0.7', '10.0.0.9'],
    ['a port', 'spark.driver.port', '40001', '40002'],
    ['a directory', 'spark.local.dir', '/mnt/a', '/mnt/b'],
    ['a pod', 'spark.kubernetes.driver.pod.name', 'orders-7f-driver', 'orders-8a-driver'],
    ['a label of pods', 'spark.kubernetes.executor.label.run', 'a', 'b'],
    ['a staging place', 'spark.yarn.stagingDir', '/user/a/1', '/user/a/2'],
    ['a proxy', 'spark.ui.proxyBase', '/proxy/application_1_1', '/proxy/application_1_2'],
    ['an image, which is told by itself', 'spark.kubernetes.container.image', 'a:1', 'a:2'],
    ['a date in an argument', 'spark.etl.day', '2026-11-21', '2026-11-22'],
    ['a time in milliseconds', 'spark.etl.batch', '1795360037658', '1795446437658'],
    [
      'a uuid',
      'spark.etl.run',
      '6f1c2d3e-0000-4000-8000-000000000001',
      '6f1c2d3e-0000-4000-8000-000000000002',
    ],
    ['a master elsewhere', 'spark.etl.peer', 'worker-3.example:7077', 'worker-4.example:7077'],
    ['a temporary file', 'spark.files', '/tmp/spark-1a/x.conf', '/tmp/spark-2b/x.conf'],
    ['the same', 'spark.executor.memory', '4g', '4g'],
    ['an empty one and none', 'spark.submit.pyFiles', '', ' '],
  ])('%s is no change', (_what, key, before, after) => {
    expect(between({ [key]: before }, { [key]: after })).toEqual([])
  })

  it('name the image, the driver’s before the general one', () => {
    expect(imageIn(new Map([['spark.kubernetes.container.image', 'a:1'], ['spark.kubernetes.driver.container.image', 'd:1']]))).toBe('d:1') // prettier-ignore
    expect(imageIn(new Map([['spark.executor.memory', '4g']]))).toBeNull()
  })
})

describe('images', () => {
  const digest = (digit: string): string => `sha256:${digit.repeat(64)}`
  it.each<[string, string, string, readonly [string, string] | null, string | null]>([
    ['a moving tag, twice', 'r/etl:latest', 'r/etl:latest', null, 'r/etl:latest'],
    ['no tag, twice', 'r.example:5000/etl', 'r.example:5000/etl', null, 'r.example:5000/etl'],
    ['a moving tag of a line', 'etl:3.5-latest', 'etl:3.5-latest', null, 'etl:3.5-latest'],
    ['a moving tag whose digest one run tells', 'etl:latest', `etl:latest@${digest('a')}`, null, 'etl:latest'],
    ['a moving tag that has moved', `etl:latest@${digest('a')}`, `etl:latest@${digest('b')}`, ['latest@sha256:aaaaaaaaaaaa', 'latest@sha256:bbbbbbbbbbbb'], null],
    ['a moving tag that has not', `etl:latest@${digest('a')}`, `etl:latest@${digest('a')}`, null, null],
    ['a fixed tag, twice', 'etl:1.4.2', 'etl:1.4.2', null, null],
    ['a fixed tag that was pushed again', `etl:1.4.2@${digest('a')}`, `etl:1.4.2@${digest('b')}`, ['1.4.2@sha256:aaaaaaaaaaaa', '1.4.2@sha256:bbbbbbbbbbbb'], null],
    ['a fixed tag whose digest one run tells', 'etl:1.4.2', `etl:1.4.2@${digest('a')}`, null, null],
    ['another fixed tag of another image', `etl:1.4.2@${digest('a')}`, `etl:1.5.0@${digest('b')}`, ['1.4.2', '1.5.0'], null],
    ['another fixed tag of the same image', `etl:1.4.2@${digest('a')}`, `etl:1.5.0@${digest('a')}`, null, null],
    ...['prod', 'main', 'stable', 'nightly', 'dev-arm'].map((tag): [string, string, string, null, string] => [`the tag ${tag}, which names no version`, `etl:${tag}`, `etl:${tag}`, null, `etl:${tag}`]),
    ['digests alone', `etl@${digest('a')}`, `etl@${digest('b')}`, ['sha256:aaaaaaaaaaaa', 'sha256:bbbbbbbbbbbb'], null],
    ['the same image by another name', `old/etl@${digest('a')}`, `new/etl@${digest('a')}`, null, null],
    ['from a moving tag to a fixed one', 'etl:latest', 'etl:2', ['latest', '2'], null],
  ])('%s', (_what, old, now, differ, untold) => {
    expect(comparedImages(old, now)).toEqual(differ)
    expect(untoldImage(old, now)).toBe(untold)
    expect(comparedTraits({ image: old }, { image: now })).toHaveLength(differ === null ? 0 : 1)
  }) // prettier-ignore

  it.each(['prod', 'main', 'stable', 'nightly', 'latest', '3.5'])(
    'by the tag %s, that was pushed again',
    (tag) => {
      const [old, now] = ['a', 'b'].map((one) => pinned(`r/etl:${tag}`, `r/etl@${digest(one)}`))
      expect(comparedTraits({ image: old! }, { image: now! })).toMatchObject([
        {
          clause: `image ${tag}@sha256:aaaaaaaaaaaa -> ${tag}@sha256:bbbbbbbbbbbb (same tag, another digest)`,
        },
      ])
    },
  )

  it('are pinned to what really runs, whatever their tag', () => {
    const id = `docker-pullable://r/etl@${digest('c')}`
    expect(pinned('r/etl:latest', id)).toBe(`r/etl:latest@${digest('c')}`)
    expect(pinned('r/etl', id)).toBe(`r/etl@${digest('c')}`)
    expect(pinned('r/etl:1.4.2', id)).toBe(`r/etl:1.4.2@${digest('c')}`)
    expect(pinned(`r/etl@${digest('a')}`, id)).toBe(`r/etl@${digest('a')}`)
    for (const none of ['', `sha256:${'d'.repeat(64)}`])
      expect(pinned('r/etl:latest', none)).toBe('r/etl:latest')
  })
})

describe('traits', () => {
  const sha = (digit: string): string => digit.repeat(40)
  it.each([
    ['a commit, as people write it', { commit: sha('a') }, { commit: sha('b') }, 'commit aaaaaaaaaa -> bbbbbbbbbb'],
    ['an image of the same repository', { image: 'r.example:5000/etl:1.4.2' }, { image: 'r.example:5000/etl:1.5.0' }, 'image 1.4.2 -> 1.5.0'],
    ['an image of another', { image: 'old/etl:1' }, { image: 'new/etl:1' }, 'image old/etl:1 -> new/etl:1'],
    ['an image without a tag', { image: 'etl' }, { image: 'etl:2' }, 'image latest -> 2'],
    ['a runtime', { runtime: '15.4.x-scala2.12' }, { runtime: '16.1.x-scala2.12' }, 'runtime 15.4.x-scala2.12 -> 16.1.x-scala2.12'],
    ['a definition, whose hash says nothing', { definition: '1a' }, { definition: '2b' }, "the job's definition has changed"],
    ['P12: parameters, by name alone', { parameters: 'day=1 mode=full key=OLD' }, { parameters: 'day=2 mode=full key=NEW' }, 'parameters day, key differ'],
    ['P12: one parameter', { parameters: '--key=OLD --x=1' }, { parameters: '--key=NEW --x=1' }, 'parameters key differs'],
    ['P12: parameters without names', { parameters: '--db-pass OLDhunter2 --key OLDKEY99' }, { parameters: '--db-pass NEWhunter2 --key OLDKEY99' }, 'parameters differ'],
    ['P12: a value of two words', { parameters: 'k=OLD one=two' }, { parameters: 'k=OLD hunter2' }, 'parameters differ'],
    ['marks of arguments', { parameters: '3 arguments, 1a2b' }, { parameters: '4 arguments, 3c4d' }, 'parameters differ'],
  ])('%s', (_what, before, after, clause) => {
    expect(comparedTraits(before, after).map((one) => one.clause)).toEqual([clause])
  }) // prettier-ignore

  it('whose parameters differ in the run’s own day are no change', () => {
    expect(comparedTraits({ parameters: 'day=2026-11-21 mode=full' }, { parameters: 'day=2026-11-22 mode=full' })).toEqual([]) // prettier-ignore
  })

  it('that only one run tells are no change', () => {
    expect(comparedTraits({ image: 'a:1' }, { commit: 'b', runtime: '1' })).toEqual([])
  })
})

const scan = (name: string, schema: string, location = 'InMemoryFileIndex [file:/data/x]'): string =>
  `(1) Scan ${name}\nOutput [1]: [a#1]\nBatched: true\nLocation: ${location}\nReadSchema: ${schema}\n\n(2) Filter [codegen id : 1]\nInput [1]: [a#1]\n`
const query = (...plans: string[]) =>
  plans.map((plan, id) => ({ id, status: 'COMPLETED', description: '', plan: `== Physical Plan ==\n* Filter (2)\n+- * Scan\n\n\n${plan}` })) // prettier-ignore

describe('columns', () => {
  const of = (before: string, after: string): readonly string[] =>
    comparedColumns(tablesIn(query(scan('parquet db.orders', before))), tablesIn(query(scan('parquet db.orders', after)))).map(({ text }) => text) // prettier-ignore

  it.each([
    ['another type', 'struct<id:bigint,amount:double>', 'struct<id:bigint,amount:string>', ['orders.amount double -> string']],
    ['new and gone', 'struct<id:bigint,old:int>', 'struct<id:bigint,new:int>', ['orders.new int is new', 'orders.old is gone']],
    ['inside a struct', 'struct<a:struct<b:int,c:decimal(10,2)>,d:int>', 'struct<a:struct<b:int,c:decimal(12,2)>,d:int>', ['orders.a struct<b:int,c:decimal(10,2)> -> struct<b:int,c:decimal(12,2)>']],
    ['another order', 'struct<a:int,b:int>', 'struct<b:int,a:int>', []],
    ['nothing is read', 'struct<>', 'struct<>', []],
    ['a list that Spark cut short', 'struct<a:int,b:int>', 'struct<a:int,... 3 more fields>', []],
  ])('%s', (_what, before, after, texts) => {
    expect(of(before, after)).toEqual(texts)
  }) // prettier-ignore

  it('of a place go by its name, without the date in it', () => {
    const at = (day: string, schema: string) => tablesIn(query(scan('json', schema, `InMemoryFileIndex [s3://lake/clicks/day=${day}]`))) // prettier-ignore
    expect(comparedColumns(at('2026-11-21', 'struct<a:int>'), at('2026-11-22', 'struct<a:string>'))).toEqual([
      { column: 'clicks.a', text: 'clicks.a int -> string' },
    ])
  })

  it('of several reads of a table are taken together; a table that one run alone read is left out', () => {
    const before = tablesIn(query(scan('parquet t', 'struct<a:int>'), scan('parquet t', 'struct<b:int>')))
    expect(comparedColumns(before, tablesIn(query(scan('parquet t', 'struct<a:int,b:int>'))))).toEqual([])
    expect(comparedColumns(before, tablesIn(query(scan('parquet u', 'struct<z:int>'))))).toEqual([])
  })

  it.each(['3.5.9', '4.3.0'])('are found in the plans that Spark %s wrote', (version) => {
    const text = readFileSync(new URL(`../rerun/plans/${version}.json`, import.meta.url), 'utf8')
    const plans = (JSON.parse(text) as { planDescription: string }[]).map(
      ({ planDescription: plan }, id) => ({
        id,
        status: 'COMPLETED',
        description: '',
        plan,
      }),
    )
    const tables = tablesIn(plans)
    expect([...tables].map(([name, columns]) => [name, [...(columns ?? [])]])).toEqual([
      ['spark_catalog.default.t1', [['id', 'bigint']]],
    ])
  })
})

it('changes are told newest first; of the same moment what a person asks first', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 2, minute))
  const change = (kind: 'deploy' | 'config' | 'image', minute: number) => ({ kind, text: `${kind} ${minute}`, at: at(minute), link: null }) // prettier-ignore
  const told = newestFirst([
    change('config', 10),
    change('deploy', 1),
    change('image', 10),
    change('deploy', 12),
  ])
  expect(told.map(({ text }) => text)).toEqual(['deploy 12', 'image 10', 'config 10', 'deploy 1'])
})
