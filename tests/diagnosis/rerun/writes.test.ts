// How a query writes, read from the plans that real Sparks made (tests/diagnosis/rerun/plans) and from those of formats that we have not.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMicroBatch, writesOf } from '../../../src/diagnosis/rerun/writes.ts'

interface Execution {
  readonly description: string
  readonly planDescription: string
}
const recorded = (version: string): Execution[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'plans', `${version}.json`), 'utf8')) as Execution[]

/** The modes of a recording's queries in their order, and where to. */
const told = (version: string): string[] =>
  recorded(version).flatMap(({ planDescription }) =>
    writesOf(planDescription).map(({ mode, target }) => `${mode} ${target}`),
  )

describe('plans of real Sparks', () => {
  it('3.5.9: DataFrame writers, tables, SQL', () => {
    expect(told('3.5.9')).toEqual([
      'append file:/data/a',
      'overwrite file:/data/b',
      'if-absent file:/data/c',
      'if-absent file:/data/c',
      'if-absent `spark_catalog`.`default`.`t1`',
      'overwrite file:/data/wh/t1',
      'append `spark_catalog`.`default`.`t1`',
      'append file:/data/wh/t1',
      'overwrite `spark_catalog`.`default`.`t1`',
      'overwrite file:/data/wh/t1',
      'append file:/data/wh/t1',
      'overwrite file:/data/wh/t1',
      'if-absent `spark_catalog`.`default`.`t2`',
      'overwrite file:/data/wh/t2',
      'overwrite file:/data/d',
      'overwrite file:/data/d',
    ])
  })

  it('4.3.0: the same, with a command of its own for tables', () => {
    const all = told('4.3.0')
    expect(all).toContain('append `t1`')
    expect(all).toContain('overwrite `t1`')
    expect(all.filter((one) => one.startsWith('unknown'))).toEqual([])
    for (const one of told('3.5.9')) expect(all).toContain(one)
  })

  it.each(['3.5.9', '4.3.0'])(
    '%s: a micro-batch says so in its description, other queries do not',
    (version) => {
      expect(recorded(version).filter(({ description }) => isMicroBatch(description))).toHaveLength(1)
    },
  )

  it.each(['3.5.9', '4.3.0'])('%s: what only reads writes nothing', (version) => {
    const collect = recorded(version).find(({ description }) => description.startsWith('collect'))
    expect(writesOf(collect?.planDescription ?? 'missing')).toEqual([])
  })
})

describe('plans as the sources of Spark, Delta and Iceberg write them', () => {
  const plan = (node: string, args: string): string =>
    `== Physical Plan ==\n${node} (2)\n+- Scan (1)\n\n\n(1) Scan\nOutput: []\n\n(2) ${node}\nInput: []\nArguments: ${args}\n`

  it.each([
    [
      'Execute SaveIntoDataSourceCommand',
      'org.apache.spark.sql.execution.datasources.jdbc.JdbcRelationProvider@1, [url=*(redacted), dbtable=orders], Append, Project',
      'append',
      'orders',
    ],
    [
      'Execute InsertIntoHiveTable',
      '`db`.`orders`, org.apache.hadoop.hive.ql.io.orc.OrcSerde, true, false, [id]',
      'overwrite',
      '`db`.`orders`',
    ],
    [
      'Execute InsertIntoHiveTable',
      '`db`.`orders`, org.apache.hadoop.hive.ql.io.orc.OrcSerde, false, false, [id]',
      'append',
      '`db`.`orders`',
    ],
    [
      'AppendData',
      'org.apache.iceberg.spark.SparkWrite@1',
      'append',
      'org.apache.iceberg.spark.SparkWrite@1',
    ],
    ['OverwritePartitionsDynamic', 'x', 'overwrite', 'x'],
    ['OverwriteByExpression', 'x', 'overwrite', 'x'],
    ['AtomicReplaceTableAsSelect', 'x', 'overwrite', 'x'],
    ['ReplaceData', 'x', 'merge', 'x'],
    ['Execute MergeIntoCommand', 'x', 'merge', 'x'],
    ['WriteToDataSourceV2', 'x', 'unknown', 'x'],
    ['Execute InsertIntoHadoopFsRelationCommand', '', 'unknown', null],
    ['Execute WriteIntoDeltaCommand', 'OutputSpec(dbfs:/orders), Append', 'unknown', 'OutputSpec'],
    ['Execute TruncateTableCommand', '`db`.`orders`', 'unknown', '`db`.`orders`'],
  ])('%s %s', (node, args, mode, target) => {
    expect(writesOf(plan(node, args))).toMatchObject([{ mode, target }])
  })

  it.each([
    'SetCommand',
    'CreateViewCommand',
    'CreateDataSourceTableCommand',
    'AddJarsCommand',
    'ShowTablesCommand',
  ])('Execute %s leaves no rows behind', (command) => {
    expect(writesOf(plan(`Execute ${command}`, 'x'))).toEqual([])
  })

  it('one command told twice is one write', () => {
    const once = plan('AppendData', 'x')
    expect(writesOf(`${once}\n\n${once}`)).toHaveLength(1)
  })
})

it('any text is read without a fault', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 500 }), (text) => Array.isArray(writesOf(`(1) ${text}`))),
  )
  expect(writesOf(`(1) AppendData\nArguments: ${'['.repeat(1_000_000)}`)).toHaveLength(2)
})

it('a plan that is not all there may write in any way', () => {
  const append = `(1) Execute InsertIntoHadoopFsRelationCommand\nArguments: file:/data/a, false, Parquet, [path=a], Append, [id]\n`
  expect(writesOf(`${append}... 812 more characters`).map(({ mode }) => mode)).toContain('unknown')
  expect(writesOf('Truncated plan of 9012 characters').map(({ mode }) => mode)).toEqual(['unknown'])
  expect(writesOf('').map(({ mode }) => mode)).toEqual(['unknown'])
  expect(writesOf(`${'x'.repeat(256 * 1024)}\n\n${append}`).map(({ mode }) => mode)).toEqual(['unknown'])
  expect(writesOf(`${append}\n${'x'.repeat(256 * 1024)}`).map(({ mode }) => mode)).toEqual([
    'unknown',
    'append',
  ])
})
