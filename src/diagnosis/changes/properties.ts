// Two runs' Spark properties held against each other, without what differs from run to run anyway. Pure.
import { redact } from '../../alerts/redact.ts'

export interface PropertyChange {
  readonly key: string
  /** `8g -> 4g`, `set to 4g`, `4g is gone`; of a key that is not known to be harmless only that it differs. */
  readonly text: string
}

/** Ids, hosts, ports, times and directories: Spark or its scheduler sets them anew for each run. */
const NOISE: readonly RegExp[] = [
  /^spark\.app\.(?:id|name|startTime|submitTime|attempt\.id)$/,
  /^spark\.app\.initial\./,
  /^spark\.(?:driver|executor|blockManager|ui|shuffle\.service|history|port|fileserver|broadcast|replClassServer)\b.*\b(?:host|port|bindAddress|appUIAddress)$/,
  /^spark\.(?:driver\.appUIAddress|executor\.id|ui\.proxyBase|ui\.filters|repl\..*|externalBlockStore\.folderName)$/,
  /^spark\.org\.apache\.hadoop\.yarn\./,
  /^spark\.yarn\.(?:app\.(?:id|container\.log\.dir)|.*(?:[cC]redential|stagingDir).*|cache\..*)$/,
  /^spark\.(?:yarn\.appMasterEnv|executorEnv)\.(?:.*_ID|.*HOST.*|PWD|HADOOP_TOKEN_FILE_LOCATION|AIRFLOW_CTX_.*)$/,
  /^spark\.kubernetes\.(?:.*(?:pod\.name|podNamePrefix|submitInDriver|resource\.type)|(?:driver|executor)\.(?:label|annotation)\..*|.*ownPersistentVolumeClaim.*)$/,
  /^spark\.kubernetes\..*\.container\.image$|^spark\.kubernetes\.container\.image$/,
  /(?:\.dir|Dir|Directory|\.path|Location)$/,
  /^spark\.databricks\.(?:clusterUsageTags|job|cloudfetch|driverNodeTypeId|workerNodeTypeId|credential|wsfs|unityCatalog|managedCatalog|acl|repl|api|sparkContextId|redactor|cluster\.)/,
  /^spark\.(?:livy|hadoop\.livy)\..*(?:id|secret|callback)/i,
  /^spark\.__/,
]
/**
 * Spark's own keys whose values are figures, switches, versions, classes or names of artefacts. All others may carry what
 * a job was given (its environment, options of its JVMs, settings of its own), where a secret has any name and any shape.
 */
const HARMLESS: readonly RegExp[] = [
  /^spark\.(?:driver|executor)\.(?:cores|instances|memory|memoryOverhead|memoryOverheadFactor|maxResultSize|pyspark\.memory|heartbeatInterval|resource\.gpu\.amount)$/,
  /^spark\.(?:cores\.max|default\.parallelism|submit\.deployMode|master|scheduler\.(?:mode|minRegisteredResourcesRatio|maxRegisteredResourcesWaitingTime))$/,
  /^spark\.(?:kryoserializer\.buffer(?:\.max)?|network\.(?:timeout|timeoutInterval)|locality\.wait(?:\.\w+)?|version|scala\.version)$/,
  /^spark\.(?:serializer|closure\.serializer|io\.compression\.(?:codec|zstd\.level|lz4\.blockSize)|broadcast\.(?:blockSize|compress)|rdd\.compress|python\.worker\.(?:memory|reuse))$/,
  /^spark\.(?:dynamicAllocation|memory|speculation|excludeOnFailure|decommission|storage\.(?:memoryFraction|decommission|level|unrollFraction|replication)|cleaner)(?:\.[A-Za-z.]+)?$/,
  /^spark\.shuffle\.(?:compress|spill|sort|file\.buffer|io\.(?:maxRetries|retryWait|preferDirectBufs|connectionTimeout|numConnectionsPerPeer)|manager|partitions|service\.enabled|registration|push\.enabled|spill\.compress)(?:\.[A-Za-z.]+)?$/,
  /^spark\.(?:task|stage)\.(?:cpus|maxFailures|maxConsecutiveAttempts|reaper\.enabled|resource\.gpu\.amount)$/,
  /^spark\.reducer\.max[A-Za-z]+$/,
  /^spark\.sql\.(?:adaptive|ansi|shuffle\.partitions|autoBroadcastJoinThreshold|broadcastTimeout|codegen|join|legacy|inMemoryColumnarStorage|optimizer|cbo|files\.(?:max|min|open|ignore)|execution\.(?:arrow|pyspark|sort|use)|parquet|orc|session\.timeZone|sources\.(?:partitionOverwriteMode|bucketing|default)|streaming\.(?:minBatches|stateStore|stopTimeout|noDataMicroBatches)|caseSensitive|storeAssignmentPolicy|catalogImplementation|constraintPropagation|window|crossJoin|timestampType)(?:\.?[A-Za-z.]+)?$/,
  /^spark\.(?:yarn\.(?:maxAppAttempts|am\.(?:cores|memory|memoryOverhead)|queue|submit\.waitAppCompletion|executor\.failuresValidityInterval)|kubernetes\.(?:namespace|memoryOverheadFactor|allocation\.batch\.\w+|(?:driver|executor)\.(?:request|limit)\.cores))$/,
  /^spark\.(?:jars(?:\.packages)?|files|archives|submit\.pyFiles|yarn\.dist\.(?:jars|files|archives)|plugins|sql\.extensions)$/,
  /^spark\.(?:databricks\.(?:delta\.(?:optimizeWrite|autoCompact)\.enabled|io\.cache\.enabled|photon\.enabled))$/,
]
const SECRET = /secret|pass|token|credential|(?:access|account|api|private|encryption)[._-]?key|\bsig\b/i
/** Longer values are cut: a card has two lines for all. */
const MAX_VALUE = 60

/** What of the second differs from the first, by name. */
export function comparedProperties(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly PropertyChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !NOISE.some((pattern) => pattern.test(key)))
    .sort()
    .flatMap((key) => {
      const [old, now] = [before.get(key) ?? '', after.get(key) ?? '']
      if (steady(old) === steady(now)) return []
      return [{ key, text: wordsFor(key, old, now) }]
    })
}

/** The image that its properties name; null where none do. */
export function imageIn(properties: ReadonlyMap<string, string>): string | null {
  for (const key of [
    'spark.kubernetes.driver.container.image',
    'spark.kubernetes.container.image',
    'spark.kubernetes.executor.container.image',
    'spark.yarn.appMasterEnv.YARN_CONTAINER_RUNTIME_DOCKER_IMAGE',
    'spark.executorEnv.YARN_CONTAINER_RUNTIME_DOCKER_IMAGE',
  ]) {
    const image = properties.get(key)
    if (image !== undefined && image !== '') return image
  }
  return null
}

/** A value without what is another one each time: ids, addresses, times, temporary places. */
export function steady(value: string): string {
  return value
    .trim()
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<id>')
    .replaceAll(/\b(?:app|application|local|driver|container|spark)[-_][0-9a-f]{6,}(?:[-_][0-9a-f]{2,})*/gi, '<id>')
    .replaceAll(/\b20\d\d-?[01]\d-?[0-3]\d(?:[T_ -]?[0-2]\d[-:]?[0-5]\d(?:[-:]?[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\b/g, '<time>')
    .replaceAll(/\b1\d{9}(?:\d{3})?\b/g, '<time>')
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<host>')
    .replaceAll(/((?:<host>|[a-z0-9-]+(?:\.[a-z0-9-]+)*)):\d{4,5}\b/gi, '<host>')
    .replaceAll(/\b[0-9a-f]{24,}\b/gi, '<id>')
    .replaceAll(/(?:file:)?\/tmp\/[^\s,;]*/g, '<tmp>')
} // prettier-ignore

function wordsFor(key: string, old: string, now: string): string {
  const known = HARMLESS.some((pattern) => pattern.test(key)) && !SECRET.test(key)
  const hidden = !known || isRedacted(key, old) || isRedacted(key, now)
  if (hidden) return 'differs, its values are not shown'
  const [left, right] = onlyDiffering(old, now)
  if (old === '') return `set to ${shown(right)}`
  return now === '' ? `${shown(left)} is gone` : `${shown(left)} -> ${shown(right)}`
}

/** Of lists only what one of them has, a path by its last part: `etl-1.4.2.jar -> etl-1.5.0.jar`. */
function onlyDiffering(old: string, now: string): readonly [string, string] {
  if (!/[,/]/.test(old + now)) return [old, now]
  const [left, right] = [partsOf(old), partsOf(now)]
  const differing = [
    left.filter((part) => !right.includes(part)),
    right.filter((part) => !left.includes(part)),
  ]
  // The same files in another place or order.
  if (differing.every((one) => one.length === 0)) return [old, now]
  return [differing[0]?.join(', ') || 'fewer entries', differing[1]?.join(', ') || 'fewer entries']
}

function partsOf(list: string): readonly string[] {
  return list.split(',').map(
    (part) =>
      part
        .trim()
        .split('/')
        .findLast((word) => word !== '') ?? '',
  )
}

/** By Spark (`spark.redaction.regex`), or by us. */
function isRedacted(key: string, value: string): boolean {
  return /\*{5,}/.test(value) || redact(`${key}=${value}`) !== `${key}=${value}`
}

function shown(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ')
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE - 1).toWellFormed()}…` : line
}
