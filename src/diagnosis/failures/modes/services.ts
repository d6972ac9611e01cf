// Failure modes of what Spark leans on: catalogues, stores, credentials, its own history and listeners, lost shuffle files.
import type { FailureMode } from '../model.ts'

export const SERVICES: readonly FailureMode[] = [
  {
    id: 'F28',
    name: 'credentials-expired',
    meaning: 'a Kerberos ticket or delegation token is missing or has expired',
    class: 'permission',
    kind: 'cause',
    patterns: [
      { words: /\btoken \(.{0,400}can't be found in cache/i },
      { words: /Client cannot authenticate via:\s?\[/i },
      { words: /GSSException: No valid credentials provided/i },
      { words: /\bexitCode: 14\b/, places: ['container', 'driver', 'platform'] },
      {
        words:
          /\b(?:ExpiredToken(?:Exception)?|TokenExpired|InvalidToken)\b|The security token included in the request is expired/,
      },
    ],
  },
  {
    id: 'F27',
    name: 'store-throttled',
    meaning: 'the object store asks to slow down',
    class: 'transient',
    kind: 'cause',
    patterns: [
      { words: /\bError Code: (?:503 )?SlowDown\b|\b503 Slow Down\b|Please reduce your request rate/i },
      { words: /\bService: (?:Amazon )?S3[;,] Status Code: 503\b/ },
      { words: /\b429 Too Many Requests\b|\bRESOURCE_EXHAUSTED\b|\bThrottlingException\b/ },
      { words: /\bServerBusy\b|"The server is busy\.", 503\b/ },
      // Google Cloud Storage, of two writers of one object; what it asks for is the same: again, and slower.
      { words: /\b412 Precondition Failed\b/i },
    ],
  },
  {
    id: 'F38',
    name: 'access-denied',
    meaning: 'the job may not read or write something',
    class: 'permission',
    kind: 'cause',
    patterns: [
      { words: /\bAccessDenied(?:Exception)?\b|\b403 Forbidden\b|Status Code: 403\b/ },
      {
        words:
          /\bSTORAGE_ACCESS_ERROR\b|\bUNAUTHORIZED_ERROR\b|\bAuthorizationPermissionMismatch\b|\bINSUFFICIENT_PERMISSIONS\b/,
      },
      // Azure's stores.
      { words: /This request is not authorized to perform this operation\b/ },
      { words: /\bAccessControlException: Permission denied\b|Permission denied: user=/ },
    ],
  },
  {
    id: 'F26',
    name: 'metastore-timeout',
    meaning: 'the Hive metastore took too long to answer',
    class: 'transient',
    kind: 'cause',
    patterns: [
      {
        words:
          /(?:TTransportException|MetaException|MetaStoreClient|meta ?store).{0,300}(?:SocketTimeoutException|Read timed out)/i,
      },
    ],
  },
  {
    id: 'F26',
    name: 'metastore',
    meaning: 'the Hive metastore does not answer or cannot',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      { words: /\bTTransportException\b|\bMETASTORE_DOWN\b|Could not connect to meta store/ },
      { words: /\bHIVEMETASTORE_CONNECTIVITY_FAILURE\b/, places: ['platform'] },
      { words: /Unable to instantiate .{0,120}SessionHiveMetaStoreClient/ },
      { words: /\bMetaException\b/ },
    ],
  },
  {
    id: 'F23',
    name: 'history-server',
    meaning: 'the History Server cannot read or keep its logs',
    class: 'infrastructure',
    kind: 'cause',
    patterns: [
      { words: /\bFsHistoryProvider\b.{0,80}(?:Exception|error|fail|unable)/i, behindLogger: true },
      { words: /Log directory specified does not exist: /i },
    ],
  },
  {
    id: 'F24',
    name: 'event-log-growth',
    meaning: "the event log's folder is full of files",
    class: 'infrastructure',
    kind: 'cause',
    patterns: [{ words: /directory item limit of .{1,200} is exceeded|MaxDirectoryItemsExceededException/i }],
  },
  {
    id: 'F25',
    name: 'listener-drops',
    meaning: 'Spark dropped events: what its UI and API say of this application is no longer true',
    class: 'unknown',
    kind: 'symptom',
    patterns: [{ words: /Dropping event from queue \w+|Dropped \d+ events from \w+ since/i }],
  },
  {
    id: 'F04',
    name: 'fetch-failed',
    meaning: 'shuffle files were lost with the executor that held them',
    class: 'transient',
    kind: 'symptom',
    patterns: [
      { words: /\bFetchFailed(?:Exception)?\b/ },
      { words: /\bMetadataFetchFailedException\b|Missing an output location for shuffle/ },
      { words: /Executor is not registered \(/i },
      { words: /has failed the maximum allowable number of times/i },
    ],
  },
]
