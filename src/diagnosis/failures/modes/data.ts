// Failure modes of data: its shape, its schema, its quality, the state of streams.
import type { FailureMode } from '../model.ts'

export const DATA: readonly FailureMode[] = [
  {
    id: 'F17',
    name: 'kafka-offset-lost',
    meaning: 'Kafka no longer has the offsets that the stream wants to read',
    class: 'data',
    kind: 'cause',
    patterns: [
      { words: /Some data may have been lost because they are not available in Kafka any more/i },
      { words: /'s offset was changed from \d+ to \d+/i },
      { words: /\bOffsetOutOfRangeException\b|Cannot fetch offset \d+|\bKAFKA_DATA_LOSS\b/i },
    ],
  },
  {
    id: 'F16',
    name: 'checkpoint-damaged',
    meaning: "the stream's checkpoint or state is damaged, or two runs write to it",
    class: 'data',
    kind: 'cause',
    patterns: [
      { words: /\bCANNOT_LOAD_STATE_STORE\b/ },
      { words: /batch files .{0,200}are not contiguous|Error reading delta file/i },
      {
        words: /Multiple streaming queries are concurrently using|CONCURRENT_STREAM_LOG_UPDATE/i,
        variant: 'checkpoint-shared',
        meaning: 'two runs of the stream write to one checkpoint',
      },
      { words: /Incomplete log file|does not exist or is corrupt.{0,40}checkpoint|MALFORMED_LOG_FILE/i },
    ],
  },
  {
    id: 'F30',
    name: 'data-quality',
    meaning: 'a check of data quality failed',
    class: 'data',
    kind: 'cause',
    patterns: [
      { words: /\bDELTA_VIOLATE_CONSTRAINT|\bDLT (?:EXPECTATION|expectation)|\bEXPECTATION_VIOLATION\b/ },
      { words: /\bExpectationViolationException\b|\bfailed to meet the expectation\b/ },
      { words: /CHECK constraint .{1,200}violated|NOT NULL constraint violated/i },
      { words: /\b(?:VerificationResult|ConstraintStatus\.Failure|great_expectations\.exceptions)\b/ },
      { words: /Data quality (?:check|rule|validation)s? .{0,60}fail/i },
    ],
  },
  {
    id: 'F29',
    name: 'schema-or-query',
    meaning: 'the query does not fit the tables it reads or writes',
    class: 'data',
    kind: 'cause',
    patterns: [
      {
        words:
          /\[(?:TABLE_OR_VIEW_NOT_FOUND|UNRESOLVED_COLUMN|UNRESOLVED_FIELD|INCOMPATIBLE_DATA_FOR_TABLE|COLUMN_NOT_FOUND|SCHEMA_NOT_FOUND|PATH_NOT_FOUND|DATATYPE_MISMATCH|MISSING_COLUMN|UNSUPPORTED_FEATURE|PARSE_SYNTAX_ERROR|FAILED_READ_FILE|CAST_INVALID_INPUT|CAST_OVERFLOW|INSERT_COLUMN_ARITY_MISMATCH|AMBIGUOUS_REFERENCE|DELTA_FAILED_TO_MERGE_FIELDS|DELTA_METADATA_MISMATCH)[\].]/,
      },
      { words: /\bAnalysisException\b|\bParseException\b/ },
      {
        words:
          /\bSchemaColumnConvertNotSupportedException\b|Failed to merge fields|A schema mismatch detected/i,
      },
      { words: /Parquet column cannot be converted in file/i },
    ],
  },
  {
    id: 'F14',
    name: 'streaming-lag',
    meaning: 'the stream takes longer for a batch than its trigger allows',
    class: 'unknown',
    kind: 'symptom',
    patterns: [{ words: /Current batch is falling behind\. The trigger interval is/i }],
  },
  {
    id: 'F05',
    name: 'data-skew',
    meaning: 'one partition is much larger than the others',
    class: 'deterministic',
    kind: 'measured',
    patterns: [],
  },
  {
    id: 'F15',
    name: 'state-growth',
    meaning: "the stream's state grows without end",
    class: 'deterministic',
    kind: 'measured',
    patterns: [],
  },
  {
    id: 'F18',
    name: 'small-files',
    meaning: 'the work is cut into far too many small pieces',
    class: 'deterministic',
    kind: 'measured',
    patterns: [],
  },
  {
    id: 'F21',
    name: 'sla-miss',
    meaning: 'the run takes longer than it may',
    class: 'unknown',
    kind: 'measured',
    patterns: [],
  },
  {
    id: 'F13',
    name: 'no-progress',
    meaning: 'the job runs and nothing moves',
    class: 'unknown',
    kind: 'measured',
    patterns: [],
  },
]
