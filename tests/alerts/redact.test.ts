// P12: evidence leaves without what it must not say.
import { describe, expect, it } from 'vitest'
import { MAX_TEXT, quote, redact } from '../../src/alerts/redact.ts'

/** Addresses that are keys, and what of them a person may still read. */
const SECRETS = [
  ['posting to https://hooks.slack.com/services/T000/B000/XXkey failed', 'https://hooks.slack.com/'],
  ['xhttps://hooks.slack.com/services/T000/B000/XXkey', 'hooks.slack.com/'],
  ['https://hooks.slack.com/triggers/T000/123/XXkey', 'hooks.slack.com/'],
  ['https://hooks.slack.com/workflows/T000/A000/1/XXkey', 'hooks.slack.com/'],
  ['HTTPS://HOOKS.SLACK-GOV.COM/services/T000/B000/XXkey', 'HOOKS.SLACK-GOV.COM/'],
  [String.raw`{"url":"https:\/\/hooks.slack.com\/services\/T000\/B000\/XXkey"}`, 'hooks.slack.com'],
  ['to=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT000%2FB000%2FXXkey', 'hooks.slack.com'],
  ['<https://hooks.slack.com/services/T000/B000/XXkey|hook>', 'hook>'],
  ['https://discord.com/api/webhooks/123/XXkey', 'discord.com/api/webhooks/'],
  ['https://discordapp.com/api/v10/webhooks/123/XXkey', 'discordapp.com/'],
  ['https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/XXkey/c', 'webhook.office.com/'],
  ['https://outlook.office.com/webhook/a@b/IncomingWebhook/XXkey/c', 'outlook.office.com/webhook/'],
  ['https://prod-1.westeurope.logic.azure.com:443/workflows/1/x?sp=%2Frun&sig=XXkey', 'logic.azure.com:443/'],
  ['https://a.environment.api.powerplatform.com:443/x/invoke?sig=XXkey', 'api.powerplatform.com'],
  ['https://chat.googleapis.com/v1/spaces/A/messages?key=XXkey', 'chat.googleapis.com/'],
  ['https://events.pagerduty.com/integration/XXkey/enqueue', 'events.pagerduty.com/'],
  ['https://events.eu.pagerduty.com/x-ere/XXkey', 'events.eu.pagerduty.com/'],
  ['https://x.example/alert?routing_key=XXkey&x=1', '&x=1'],
  ['{"integrationKey": "XXkey"}', 'integrationKey'],
  ['https://api.opsgenie.com/v1/json/prometheus?apiKey=XXkey', 'api.opsgenie.com/'],
  ['https://api.opsgenie.com/v2/alerts?apiKey=XXkey', 'api.opsgenie.com/v2/alerts'],
] as const

const KEY_64 = 'aB3+/'.repeat(17).slice(0, 85)

/** Every kind of secret that public scanners know and Spark jobs may print, with the part that must not survive. */
const SHAPES: readonly (readonly [string, string])[] = [
  // AWS, Azure, Google
  ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'bPxRfiCY'],
  ['aws_session_token: FwoGZXIvYXdzEBYaDH', 'FwoGZXIv'],
  ['?X-Amz-Credential=XXkey%2F20261122&X-Amz-Security-Token=XXkey', 'XXkey'],
  [`DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${KEY_64}x==;EndpointSuffix=core.windows.net`, KEY_64],
  [`Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=XXkeyXXkey=`, 'XXkey'],
  ['SharedAccessSignature=sv=2021&sig=XXkey%3D', 'XXkey'],
  [`fs.azure.account.key.acme.dfs.core.windows.net=${KEY_64}`, KEY_64],
  [`value of the key is ${KEY_64}x== in storage`, KEY_64],
  ['client secret abc8Q~0123456789abcdefghijklmnopqrstuvwx', '0123456789abc'],
  [String.raw`{"type": "service_account", "private_key_id": "XXkeyid", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEow\n-----END PRIVATE KEY-----\n", "client_email": "etl@acme.iam.gserviceaccount.com"}`, 'MIIEow'],
  ['{"private_key_id": "XXkeyid"}', 'XXkeyid'],
  ['ya29.a0AfH6SMBxxxxxxxxxxxxxxxxxxx in header', 'a0AfH6SMB'],
  ['GOCSPX-0123456789abcdefghijklmnopqr', '0123456789'],
  // Tokens of others
  ['dkea0123456789abcdef0123456789abcdef', '0123456789abcdef'],
  ['ghu_0123456789abcdef0123456789abcdef0123', '0123456789'],
  ['github_pat_11ABCDEFG0123456789_abcdefghij', 'ABCDEFG01'],
  ['glsa_0123456789abcdef0123456789abcdef_01234567', '0123456789'],
  ['npm_0123456789abcdef0123456789abcdef0123', '0123456789'],
  ['hvs.CAESIJ0123456789abcdefghijkl', 'CAESIJ'],
  ['hf_abcdefghijklmnopqrstuvwxyzABCDEFGH', 'abcdefghij'],
  ['sk-ant-api03-0123456789abcdefghij', '0123456789'],
  ['SG.0123456789abcdefghijkl.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG', '0123456789'],
  // Addresses with logins
  ['mongodb+srv://etl:s3c@ret@cluster.example/db', 's3c'],
  ['mongodb+srv://etl:s3c@ret@cluster.example/db', 'ret@'],
  ['redis://:s3cret@cache.example:6379/0', 's3cret'],
  ['https://etl:s3/cret@repo.internal/x', 'cret@'],
  ['jdbc:redshift:iam://AKIAXXXX:se/cret@h:5439/db', 'cret@'],
  ['jdbc:oracle:thin:etl/s3cret@//db.internal:1521/orders', 's3cret'],
  ['jdbc:postgresql://etl:s3@cret@db.internal/orders', 'cret@'],
  ['jdbc:databricks://adb.example:443/default;AuthMech=3;UID=token;PWD=XXkey', 'XXkey'],
  ['jdbc:snowflake://acme.snowflakecomputing.com/?user=etl&password=s3cret', 's3cret'],
  ['Server=db;Uid=etl;Pwd={s3;cret};', 's3;cret'],
  // Headers
  ['authorization -> Token XXkey-123', 'XXkey'],
  ['"Authorization": "XXkey-12345"', 'XXkey'],
  ['Bearer XXkey-12345', 'XXkey'],
  ['Set-Cookie: session=XXkey; Path=/', 'XXkey'],
  ['X-Api-Key: XXkey', 'XXkey'],
  // As configurations print them
  ['(spark.hadoop.fs.s3a.secret.key,XXkey)', 'XXkey'],
  ['["spark.hadoop.fs.s3a.secret.key","XXkey"]', 'XXkey'],
  ['option("password", "XXkey")', 'XXkey'],
  ['spark.hadoop.fs.s3a.secret.key -> XXkey', 'XXkey'],
  ['<name>fs.s3a.secret.key</name><value>XXkey</value>', 'XXkey'],
  ['<password>XXkey</password>', 'XXkey'],
  ['spark-submit --conf x=y --db-password XXkey job.py', 'XXkey'],
  ["CREATE USER etl IDENTIFIED BY 'XXkey'", 'XXkey'],
  [String.raw`{\"password\":\"XX key\"}`, 'key'],
  ['body=password%3DXXkey', 'XXkey'],
  ['password=<redacted>XXkey', 'XXkey'],
  ['password = ****XXkey', 'XXkey'],
  // By the name of a pass
  ['pass=OLDhunter2', 'hunter2'],
  ['DB_PASS=OLDhunter2', 'hunter2'],
  ['PASS: OLDhunter2', 'hunter2'],
  ['"pass": "OLDhunter2"', 'hunter2'],
  ['DB_PASS_PROD=OLDhunter2', 'hunter2'],
  ['dbPass=OLDhunter2 storepass: x', 'hunter2'],
  ['DB_PASS=123', '123'],
  ['-Dapp.pass=OLDhunter', 'OLDhunter'],
  ['(spark.app.pass,OLDhunter)', 'OLDhunter'],
  ['passphrase=OLDhunter2', 'hunter2'],
  ['sshPassphrase: "OLD hunter2"', 'hunter2'],
  ['passcode: 4711abc', '4711'],
  ['GITHUB_PAT=OLDhunter2', 'hunter2'],
  ['spark.app.pat -> OLDhunter2', 'hunter2'],
  ['job.py --pass OLDhunter2 --day 1', 'hunter2'],
  ['job.py --db-pass OLDhunter2', 'hunter2'],
  ["job.py --passphrase 'OLD hunter2'", 'hunter2'],
  ['job.py --client-secret "OLD hunter2"', 'hunter2'],
  ['keytool -storepass OLDhunter2', 'hunter2'],
  ['["--db-pass","OLDhunter2","--day","1"]', 'hunter2'],
  ['auth=OLDhunter2', 'hunter2'],
  ['mysql -u etl -pOLDhunter2 orders', 'hunter2'],
  ['mysqldump -pOLDhunter2 orders', 'hunter2'],
  ['sshpass -p OLDhunter2 ssh etl@host', 'hunter2'],
  ['client_secret OLDhunter2', 'hunter2'],
  ['sqlplus scott/tiger@ORCL', 'tiger'],
  ['login scott/tiger@//db.internal:1521/orders', 'tiger'],
  ['login scott/tiger@db.internal:1521/orders', 'tiger'],
  // People
  ['pay to DE89 3704 0044 0532 0130 00 now', '3704'],
  ['iban GB29NWBK60161331926819.', 'NWBK'],
  ['card4111111111111111x', '4111111111111111'],
  ['amex 3782 822463 10005', '822463'],
  ['mastercard 5555-5555-5555-4444', '5555-4444'],
  ['call +49 30 901820 please', '901820'],
  ['tel +14155552671', '4155552671'],
  // Spark's rows.
  ['Row [1,Alice,+49 170 1234567]', '1234567'],
  ['[+49 170 1234567,+1 415 555 2671]', '555 2671'],
] // prettier-ignore

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
    ...SECRETS.map(([text]): [string, string] => [text, 'XXkey']),
    ['anna@example.com0', 'anna'],
    ['0xanna@example.com_1', 'anna'],
    [`${'x'.repeat(70)}anna@example.com`, 'anna@example'],
    ['änna@münchen.example', 'münchen'],
    ['idAKIAIOSFODNN7EXAMPLEx', 'AKIAIOSFODNN7EXAMPLE'],
    [`token_dapi${'0123456789abcdef'.repeat(2)}`, '0123456789abcdef'],
    [`using dapi${'0123456789abcdef'.repeat(2)}-3`, '0123456789abcdef'],
    [`idghp_${'aB3'.repeat(12)}`, 'aB3aB3'],
    ['idxoxb-123456789012-abcdefghij', '123456789012'],
    ['ideyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'hbGciOi'],
    [`${'x'.repeat(60)}password=hunter2`, 'hunter2'],
    [`${'x'.repeat(60)}https://etl:s3cret@repo.internal/x`, 's3cret'],
    ['Authorization: GenieKey 01234567-89ab', '01234567'],
    ...SHAPES.map(([text, secret]): [string, string] => [text, secret]),
  ])('%s', (text, secret) => {
    expect(redact(text)).not.toContain(secret)
    expect(redact(text)).toContain('redacted')
  })
})

/** What looks a little like a secret and is what a person at night looks for. */
const NEAR_MISSES: readonly string[] = [
  'password=<redacted>',
  'spark.hadoop.fs.s3a.secret.key=*********(redacted)',
  '(spark.hadoop.fs.s3a.secret.key,*********(redacted))',
  '{"password": "[redacted]"}',
  'app-20261122145000-0000 application_1700000000000_0001 container_e17_1700000000000_0001_01_000002',
  'local-1763823000000 run 455644833176543 job 1053942012345678 attempt 2',
  'part-00000-4f1c2d3e-5a6b-7c8d-9e0f-1a2b3c4d5e6f-c000.snappy.parquet',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'commit 4111111111111111aaaaaaaa4111111111111111 is live',
  '2026-11-22T14:50:00.123456789Z 1763823000000 1763823000000000 +0200 +02:00',
  'abfss://orders@acme.dfs.core.windows.net/bronze/2026 is not there',
  'wasbs://orders@acme.blob.core.windows.net/x',
  'Failed to connect to spark://CoarseGrainedScheduler@driver-svc.batch.svc:7078',
  'Error from RpcEndpointRef spark://MapOutputTracker@10.0.0.7:35123',
  'Executor 3 exited: died from signal 9, exit signal=9, Signal: SIGKILL',
  'design=wide assignment: none Basic authentication is required, Bearer authentication too',
  "Unrecognized token 'abc': was expecting (JSON String), unexpected token: SELECT",
  'tokenizer: BertTokenizer',
  'rows 4503599627370497 of 9007199254740993, ratio 0.4111111111111111',
  'SparkUI-38-acceptor-0@6d0ceae1-osjs.ServerConnector@63cb1930{HTTP/1.1, (http/1.1)}',
  'lag +1.23456789E10, +12345, 1+4155552671',
  '[1.5,+1234567,+12345678.5,+1.23456789E10]',
  'http://driver:4040/jobs/job/?id=0@x http://history:18080/history/app-1/1/jobs/',
  'DE89370400440532013001 is no account, AB12 3456 7890 1234 neither',
  'Spark 4.3.0 (commit 0123456789abcdef) signature: F02',
  'bypass=never compass=north compass: north overpass=x',
  'passed=3 failed=1 passes: 4 passthrough=lzo pass-through=lzo pass_rate=0.9 passive=no',
  'pass 2 of 3, pass: 2 of 3, pass=2, first pass: sorted, single-pass=hash',
  'auth=simple auth: kerberos auth=SCRAM-SHA-256 hadoop.security.authentication=kerberos auth_to_local=RULE:[1:$1@$0]',
  'client_secret is missing; --token-provider x --password-file /x --bypass x -p 8080',
  'mysql -P 3306 -p orders; ssh -p2222 host',
  'actions/checkout@v4 etl/orders@sha256:abc',
  'file.pattern=x spark.pathGlob=y some.path: /a format.pattern -> z',
]

const LINE = 'MIIEowIBAAKCAQEA7yT3aB+/0123456789abcdefghijklmnopqrstuvwxyzABCD'

describe('P12: a private key that is cut', () => {
  it.each([
    ['its beginning, at the start of a line', `${LINE}\n${LINE}\nab3=\n-----END RSA PRIVATE KEY-----\nnext`],
    ['its beginning, within a line', `cdEF\n${LINE}\r\n${LINE}\n-----END PRIVATE KEY-----\nnext`],
    ['its beginning, as JSON writes it', String.raw`xY${LINE}\n${LINE}\nab3=\n-----END PRIVATE KEY-----\nnext`.replaceAll('${LINE}', LINE)],
    ['its beginning, in JSON in JSON', ['Q', LINE, LINE, '-----END PRIVATE KEY-----', 'next'].join(String.raw`\\n`)],
    ['its beginning; another is whole', `${LINE}\n-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n${LINE}\n-----END PRIVATE KEY-----\nnext`],
    ['its end', `next\n-----BEGIN EC PRIVATE KEY-----\n${LINE}\n${LINE.slice(0, 20)}`],
    ['its beginning, after a line of words', `the next key is\n${LINE}\n${LINE}\n-----END RSA PRIVATE KEY-----`],
  ])('%s', (_what, text) => {
    const safe = redact(text)
    expect(safe).toContain('[redacted private key]')
    expect(safe).toContain('next')
    expect(safe).not.toMatch(/MIIE|abcdefgh|ab3=|cdEF|BEGIN|END/)
    expect(redact(safe)).toBe(safe)
  }) // prettier-ignore

  it.each([`-----BEGIN CERTIFICATE-----\n${LINE}\n-----END CERTIFICATE-----`, `${LINE}\nno key ends here`])(
    'and what is none stays: %s',
    (text) => {
      expect(redact(text)).toBe(text)
    },
  )

  it('the words before a cut key stay', () => {
    expect(redact(`ERROR cannot read the key of worker 7:\n${LINE}\n-----END PRIVATE KEY-----`)).toMatch(
      /^ERROR cannot read the key of worker 7:/,
    )
  })
})

describe('a text without end', () => {
  it('is kept to a limit that is stated, without half a word at it', () => {
    const long = redact(`${'plain words '.repeat(Math.ceil(MAX_TEXT / 12))} and more`)
    expect(long.length).toBeLessThanOrEqual(MAX_TEXT)
    expect(long.slice(-12)).toMatch(/(?:words|plain)$/)
  })

  it('costs a name made of names no more than as many plain words, but for a factor', () => {
    const cost = (text: string): number => {
      redact(text)
      const before = process.threadCpuUsage()
      redact(text)
      const { user } = process.threadCpuUsage(before)
      return user
    }
    const size = 140_000
    const plain = cost('orders was '.repeat(size / 11))
    expect(cost('secret_'.repeat(size / 7)) / plain).toBeLessThan(25)
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
    'https://events.pagerduty.com/v2/enqueue answered 400',
    'https://api.slack.com/messaging/webhooks',
    'metadapipeline_configuration roughs_of_something task_live_configuration',
    'java.lang.Object@1b2c3d',
    'org.apache.spark.sql.execution.datasources.FileFormatWriter',
    ...NEAR_MISSES,
  ])('%s', (text) => {
    expect(redact(text)).toBe(text)
  })

  it.each(SECRETS)('of a webhook the host: %s', (text, stays) => {
    expect(redact(text)).toContain(stays)
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

  it('cuts no character in two: databases refuse halves', () => {
    const at = (text: string, shift: number): string => `${'x'.repeat(shift)}${text.repeat(400)}`
    for (const shift of [0, 1]) {
      expect(redact(`jdbc:postgresql://u:p@h/${at('😀', shift)}`).isWellFormed()).toBe(true)
      expect(quote(at('😀', shift)).isWellFormed()).toBe(true)
      expect(quote(at('😀', shift))).toMatch(/…$/)
    }
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
    'secret=https://hooks.slack.com/services/T/B/x, y',
    'token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    'anna@example.com0 bob@example.com@example.com',
    ...SECRETS.map(([text]) => text),
    ...SHAPES.map(([text]) => text),
    ...NEAR_MISSES,
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
      'eyJ'.repeat(200_000),
      `${'eyJ'.repeat(200_000)}.`,
      'eyJabcdefgh.'.repeat(50_000),
      `${'a'.repeat(300_000)}.eyJ.aaaa.`,
      'hooks.slack.com/'.repeat(40_000),
      'hooks.slack.com'.repeat(40_000),
      'events.pagerduty.com/v2/enqueue'.repeat(20_000),
      'https://'.repeat(80_000),
      'é@é.'.repeat(100_000),
      'a'.repeat(400_000),
      'AKIA'.repeat(100_000),
      'password="'.repeat(60_000),
      '\\'.repeat(400_000),
      '1'.repeat(400_000),
      '+1 1 '.repeat(80_000),
      '4111-'.repeat(80_000),
      'DE12 '.repeat(80_000),
      '://a:'.repeat(80_000),
      '<token><token>'.repeat(30_000),
      '(secret,'.repeat(50_000),
      'Basic aaaaaaaaaaaaaa'.repeat(20_000),
      'password={'.repeat(40_000),
      'password=[redacted'.repeat(20_000),
      'cookie: '.repeat(50_000),
      'mysql '.repeat(60_000),
      'mysql -'.repeat(60_000),
      "--pass '".repeat(50_000),
      '-pass-'.repeat(60_000),
      'pass'.repeat(100_000),
      'pass_old.'.repeat(50_000),
      '"--pass",'.repeat(40_000),
      'auth=a'.repeat(60_000),
      'client_secret '.repeat(30_000),
      'sqlplus a/'.repeat(40_000),
      'a/b@c.d:80'.repeat(40_000),
      '-----END PRIVATE KEY-----'.repeat(20_000),
      'a\n'.repeat(200_000) + '-----END PRIVATE KEY-----',
      `${'abcdefghijklmnopqrst '.repeat(20_000)}-----END PRIVATE KEY-----`,
      '-----BEGIN PRIVATE KEY '.repeat(20_000),
    ]
    for (const text of hostile) expect(redact(text).length).toBeGreaterThan(0)
  })
})
