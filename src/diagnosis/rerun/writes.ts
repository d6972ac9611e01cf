// What a query writes, and how: read from Spark's own plan, since a rerun after an append writes the rows twice.

/** `merge` stands for updates, deletes and merges: what they do the second time depends on the data. */
export type WriteMode = 'append' | 'overwrite' | 'if-absent' | 'merge' | 'unknown'

export interface Write {
  readonly mode: WriteMode
  /** A path or table, as the plan names it; not redacted. Null where it does not. */
  readonly target: string | null
  /** The plan's own word for the command. */
  readonly command: string
}

type Read = (argumentsLine: string) => Omit<Write, 'command'>

const SAVE_MODES: Readonly<Record<string, WriteMode>> = {
  Append: 'append',
  Overwrite: 'overwrite',
  ErrorIfExists: 'if-absent',
  Ignore: 'if-absent',
}

/** The first argument is where to; one of the later ones is the save mode. Seen on 3.5.9 and 4.3.0. */
const bySaveMode: Read = (line) => ({
  mode: SAVE_MODES[/, (Append|Overwrite|ErrorIfExists|Ignore)(?:,|$)/.exec(line)?.[1] ?? ''] ?? 'unknown',
  target: firstOf(line),
})

const always =
  (mode: WriteMode): Read =>
  (line) => ({ mode, target: firstOf(line) })

/** By the first words of a node's name. The version 2 writes as Spark's, Delta's and Iceberg's sources name them. */
const COMMANDS: readonly (readonly [RegExp, Read])[] = [
  [/^InsertIntoHadoopFsRelationCommand$/, bySaveMode],
  [/^(?:SaveAsV1Table|CreateDataSourceTableAsSelect|CreateHiveTableAsSelect)Command$/, bySaveMode],
  // Its first argument is the provider, not the place.
  [/^SaveIntoDataSourceCommand$/, (line) => ({ ...bySaveMode(line), target: optionOf(line) })],
  // `..., overwrite, ifPartitionNotExists, ...`: the first truth value is overwrite.
  [
    /^InsertIntoHiveTable$/,
    (line) => ({
      mode:
        ({ true: 'overwrite', false: 'append' }[/, (true|false),/.exec(line)?.[1] ?? ''] as WriteMode) ??
        'unknown',
      target: firstOf(line),
    }),
  ],
  [/^AppendData/, always('append')],
  [/^Overwrite(?:ByExpression|PartitionsDynamic)/, always('overwrite')],
  [/^(?:Atomic)?(?:CreateOr)?ReplaceTableAsSelect/, always('overwrite')],
  [/^(?:Atomic)?CreateTableAsSelect/, always('if-absent')],
  [
    /^(?:ReplaceData|WriteDelta|MergeInto|MergeRows|DeltaMerge|UpdateCommand|DeleteCommand|DeleteFromTable|UpdateTable)/,
    always('merge'),
  ],
  [/^(?:WriteToDataSourceV2|WriteToStream)/, always('unknown')],
]

/** Commands that leave no rows behind; any other that is not known may write. */
const HARMLESS =
  /^(?:Set|Reset|Show|Describe|Explain|Use|List|Add(?:Jar|File|Archive)|Cache|Uncache|Clear|Refresh|Analyze|Create(?:View|Function|Database|Namespace|(?:DataSource)?Table(?:Like)?Command$))/
const unknown = always('unknown')

/** The first argument, up to a comma that no bracket holds. */
function firstOf(line: string): string | null {
  const first = /^([^,[(]{1,1000})/.exec(line)?.[1]?.trim() ?? ''
  return first === '' ? null : first
}

function optionOf(line: string): string | null {
  return /\b(?:dbtable|path|topic|table)=([^,\]]{1,500})/.exec(line)?.[1] ?? null
}

/** Plans are text of unknown length from outside; what is beyond this is not read. */
const MAX_PLAN = 256 * 1024
/** How Spark ends a plan that it has cut (`spark.sql.maxPlanStringLength`). */
const CUT = /(?:\.\.\. \d+ more characters|^Truncated plan of \d+ characters)\s*$/
/** What stands where a plan was not read, or not to its end: the command comes last in it. */
const UNREAD: Write = { mode: 'unknown', target: null, command: '' }

/** The writes of one query's plan (`planDescription`), each command once; of a plan that is not all there an unknown one, too. */
export function writesOf(plan: string): readonly Write[] {
  const writes: Write[] = plan === '' || plan.length > MAX_PLAN || CUT.test(plan) ? [UNREAD] : []
  // Details follow the tree: `(3) Execute Command`, and its lines until the next blank one.
  for (const part of plan.slice(0, MAX_PLAN).split(/\n\s*\n/)) {
    const [, executes, command] = /^\s*\(\d+\) (?:\* )?(Execute )?(\w+)/.exec(part) ?? []
    if (command === undefined) continue
    const known = COMMANDS.find(([name]) => name.test(command))?.[1]
    const read = known ?? (executes === undefined || HARMLESS.test(command) ? undefined : unknown)
    if (read === undefined) continue
    const found = read(/^Arguments: (.*)$/m.exec(part)?.[1] ?? '')
    if (
      !writes.some((one) => one.command === command && one.target === found.target && one.mode === found.mode)
    )
      writes.push({ command, ...found })
  }
  // A command may stand in a frame of its own name that carries no arguments.
  return writes.filter(
    (one) =>
      one.target !== null || !writes.some((other) => other.command === one.command && other.target !== null),
  )
}

/** Whether a query is a micro-batch of a stream: its description carries the ids of the query and its run. */
export function isMicroBatch(description: string): boolean {
  return /\brunId = [0-9a-f-]{36}/.test(description)
}
