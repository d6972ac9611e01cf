// P12: evidence leaves without what it must not say.
import { describe, expect, it } from 'vitest'
import { quote, redact } from '../../src/alerts/redact.ts'

describe('P12: what looks like a credential is gone', () => {
  it.each([
    ['login failed for password=hunter2-x', 'hunter2'],
    ['spark.hadoop.fs.s3a.secret.key=abcDEF123', 'abcDEF123'],
    ['spark.hadoop.fs.s3a.access.key: QWERTYUIOP', 'QWERTYUIOP'],
    ['{"apiKey": "k-123456"}', 'k-123456'],
    ["{'db_password': 'it is long'}", 'it is long'],
    ['Authorization: Bearer abcdefgh.ijklmnop', 'abcdefgh'],
    ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpw'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGci'],
    ['AKIAIOSFODNN7EXAMPLE is not allowed to', 'AKIAIOSFODNN7EXAMPLE'],
    ['ASIAIOSFODNN7EXAMPLE expired', 'ASIAIOSFODNN7EXAMPLE'],
    ['jdbc:postgresql://db.internal:5432/orders?user=etl&password=s3cret', 's3cret'],
    ['jdbc:postgresql://etl:s3cret@db.internal/orders', 's3cret'],
    ['jdbc:sqlserver://db.internal:1433;user=etl;password=s3cret', 's3cret'],
    ['jdbc:oracle:thin:etl/s3cret@db.internal:1521/orders', 's3cret'],
    ['jdbc:mysql://db.internal/orders?password=s3cret', 's3cret'],
    ['cannot reach https://etl:s3cret@repo.internal/x', 's3cret'],
    ['abfss://x?sig=Zm9vYmFy%3D&se=2026', 'Zm9vYmFy'],
    ['X-Amz-Signature=0123456789abcdef', '0123456789abcdef'],
    ['using xoxb-123456789012-abcdefghij', 'xoxb-123456789012'],
    ['using ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abcdef'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', 'MIIEow'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEow', 'MIIEow'],
    ['no such customer: jane.doe@example.com', 'jane.doe'],
    ['card 4111 1111 1111 1111 declined', '1111 1111'],
  ])('%s', (text, secret) => {
    expect(redact(text)).not.toContain(secret)
    expect(redact(text)).toContain('redacted')
  })
})

describe('what a person needs stays', () => {
  it.each([
    'java.lang.OutOfMemoryError: Java heap space',
    'Command exited with code 52',
    'FetchFailed(BlockManagerId(3, worker-1, 7337, None), shuffleId=0, mapIndex=-1, mapId=-1, reduceId=1, message=',
    'Container container_1700000000000_0001_01_000002 on host: worker-7.internal was preempted.',
    'Missing an output location for shuffle 0 partition 1',
    'at org.apache.spark.unsafe.types.UTF8String.copy(UTF8String.java:1388)',
    'http://driver:4040/stages/stage/?id=0&attempt=0',
    'Unable to acquire 65536 bytes of memory, got 0',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('the kind and host of a database stay', () => {
    expect(redact('jdbc:postgresql://etl:s3cret@db.internal:5432/orders')).toMatch(
      /^jdbc:postgresql:.*db\.internal:5432\/orders/,
    )
  })
})

describe('a quotation', () => {
  it('is the first line that says something', () => {
    expect(quote('\n  \n java.lang.OutOfMemoryError: Java heap space\n\tat x')).toBe(
      'java.lang.OutOfMemoryError: Java heap space',
    )
  })

  it('is bounded, and redacted before it is cut', () => {
    const long = quote(`${'x'.repeat(590)} password=hunter2hunter2`)
    expect(long.length).toBeLessThanOrEqual(601)
    expect(long).not.toContain('hunter2')
  })

  it.each([
    'password=hunter2, x',
    'token: abc',
    'jdbc:postgresql://u:p@h/db?x=y',
    '{"secret":"a b"}',
    "key_secret='x' y",
  ])('says of %s the second time what it said the first: evidence passes through several hands', (text) => {
    expect(redact(redact(text))).toBe(redact(text))
  })

  it('is not talked out of it by a secret that begins like our own words', () => {
    expect(redact('password=[redacted]hunter2')).not.toContain('hunter2')
  })

  it('takes no more than linear time on hostile text: with quadratic patterns this would outlast the test', () => {
    const hostile = [
      `${'password'.repeat(50_000)}${'a.'.repeat(200_000)}`,
      'jdbc:x:'.repeat(60_000),
      'a@'.repeat(200_000),
      'secret.'.repeat(60_000),
    ]
    for (const text of hostile) expect(redact(text).length).toBeGreaterThan(0)
  })
})
