// Spark's own words, told apart. Lines marked "recorded" come from src/sandbox/spark/recordings.
import { describe, expect, it } from 'vitest'
import { SIGNATURES, isIntended, strongest } from '../../src/diagnosis/signatures.ts'

describe('one text', () => {
  it.each([
    // Recorded on 3.5.9 and 4.3.0.
    ['java.lang.OutOfMemoryError: Java heap space', 'F02'],
    ['Command exited with code 52', 'F02'],
    [
      'ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: Command exited with code 52',
      'F02',
    ],
    [
      'org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 0 partition 1',
      'F04',
    ],
    ['FetchFailed(null, shuffleId=0, mapIndex=-1, mapId=-1, reduceId=1, message=', 'F04'],
    // As Spark's sources and public logs have them.
    ['java.lang.OutOfMemoryError: GC overhead limit exceeded', 'F02'],
    ['[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0.', 'F02'],
    ['Unable to acquire 65536 bytes of memory, got 0', 'F02'],
    [
      'Container killed by YARN for exceeding physical memory limits. 5.5 GB of 5 GB physical memory used.',
      'F03',
    ],
    ['Container killed by YARN for exceeding memory limits. 5.5 GB of 5 GB physical memory used.', 'F03'],
    ['Container marked as failed: container_1 on host: h. Exit status: -104. Possible causes: x', 'F03'],
    ['The executor with id 12 exited with exit code 137(SIGKILL, possible container OOM).', 'F03'],
    ['exit code: 137 termination reason: OOMKilled', 'F03'],
    ['Not enough memory to build and broadcast the table to all worker nodes.', 'F01'],
    [
      'Total size of serialized results of 10 tasks (1100.0 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)',
      'F01',
    ],
    ['driver container failed with ExitCode: 137, Reason: OOMKilled', 'F01'],
    ['java.io.IOException: No space left on device', 'F09'],
    ['Executor heartbeat timed out after 135969 ms', 'F10'],
    [
      'Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues.',
      'F10',
    ],
    ['Container container_1 on host: h was preempted.', 'F11'],
    ['Command exited with code 143', 'F11'],
    ['ShuffleMapStage 1 (collect at x.py:1) has failed the maximum allowable number of times: 4.', 'F04'],
  ])('%s', (text, id) => {
    expect(strongest([text])?.signature.id).toBe(id)
  })

  it.each([
    '',
    'Command exited with code 1',
    'Command exited with code 520',
    'worker lost',
    'exited with code 1370',
    'division by zero',
  ])('none: %j', (text) => {
    expect(strongest([text])).toBeNull()
  })
})

describe('several texts', () => {
  it('a cause is stronger than its symptom, wherever it stands', () => {
    const found = strongest(['FetchFailed(null, shuffleId=0', 'Command exited with code 52'])
    expect(found).toMatchObject({ signature: { id: 'F02' }, named: false })
  })

  it('the text that names the error is quoted before one that has its exit code', () => {
    const found = strongest([
      'Command exited with code 52',
      'java.lang.OutOfMemoryError: Java heap space\n\tat x',
    ])
    expect(found).toMatchObject({ named: true, text: expect.stringMatching(/^java\.lang/) })
  })

  it.each([
    'Job aborted due to stage failure: Master removed our application: KILLED',
    'Executor killed by driver.',
    'Executor 3 was idle for 60 s and is removed',
  ])('an intended ending is no failure: %s', (text) => {
    expect(isIntended(text)).toBe(true)
    expect(strongest([text])).toBeNull()
  })
})

it('every signature has an id of its own and says what it means', () => {
  expect(new Set(SIGNATURES.map(({ id }) => id)).size).toBe(SIGNATURES.length)
  for (const { id, meaning } of SIGNATURES) {
    expect(id).toMatch(/^F\d\d$/)
    expect(meaning).toMatch(/^[a-z]/)
  }
})
