// Logs: no line carries a secret of ours in any form (P12), and none can pass for another on a terminal.
import { describe, expect, it } from 'vitest'
import { createLogger, readable } from '../../src/telemetry/logs.ts'

function linesOf(
  secrets: readonly string[],
  pretty: boolean,
  write: (logger: ReturnType<typeof createLogger>) => void,
): string {
  const lines: string[] = []
  write(createLogger({ level: 'debug', secrets, pretty, write: (line) => void lines.push(line) }))
  return lines.join('')
}

const line = (fields: Record<string, unknown>): string =>
  readable(JSON.stringify({ level: 'info', time: '2026-11-02T12:00:01.234Z', msg: 'it happened', ...fields }))

describe('P12: secrets in logs', () => {
  const SECRETS = [
    'xoxb-1-secret',
    'pa"ss\\word',
    'postgres://me:p%40ss@db/x',
    'geheim-ß-日本',
    'a secret with blanks',
  ]
  const write = (logger: ReturnType<typeof createLogger>): void => {
    for (const secret of SECRETS) {
      logger.info(`before ${secret} after`)
      logger.warn({ reason: `refused ${secret}` }, 'a field')
      logger.error({ nested: { list: [{ deep: secret }] } }, 'nested')
      logger.error(new Error(`an error with ${secret}`))
      logger.info({ url: `https://api.example/?token=${encodeURIComponent(secret)}` }, 'an address')
      logger.info({ [secret]: 1 }, 'a name')
    }
  }

  it.each([
    ['JSON', false],
    ['readable', true],
  ])('are taken out of %s lines, whatever characters they have', (_what, pretty) => {
    const text = linesOf(SECRETS, pretty, write)
    for (const secret of SECRETS)
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
        expect(text).not.toContain(form)
    expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(SECRETS.length * 6)
  })

  it('JSON lines stay JSON', () => {
    for (const one of linesOf(SECRETS, false, write).trim().split('\n'))
      expect(() => JSON.parse(one)).not.toThrow()
  })

  it('a secret within another is taken out with it', () => {
    const text = linesOf(['abcdef', 'abcdef-longer'], false, (logger) =>
      logger.info('abcdef-longer and abcdef'),
    )
    expect(text).toContain('"[redacted] and [redacted]"')
  })

  it('a secret of a few characters is left: it would take innocent words out', () => {
    expect(linesOf(['and'], false, (logger) => logger.info('bread and butter'))).toContain('bread and butter')
  })
})

describe('lines for people', () => {
  it('have time, level, message and fields', () => {
    expect(line({ team: 'data-platform', count: 3, list: [1] })).toBe(
      '12:00:01 info  it happened  (team=data-platform count=3 list=[1])\n',
    )
  })

  it('have no brackets without fields', () => expect(line({})).toBe('12:00:01 info  it happened\n'))

  it('begin with the code where there is one, once', () => {
    expect(line({ code: 'ARR-301' })).toContain('ARR-301: it happened')
    expect(line({ code: 'ARR-301', msg: 'ARR-301: it happened' })).toContain('info  ARR-301: it happened')
  })

  it('stay one line without escape sequences, whatever a stranger sends', () => {
    const text = line({
      reason: 'bad\n12:00:02 error all is lost \u001b[2J\u0000\u009b31m',
    })
    expect(text.trimEnd()).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('bad\\n12:00:02')
  })

  it('keep the two lines of our own explanations', () => {
    expect(line({ msg: 'ARR-301: away\n  Check the network.\u001b[2J' })).toBe(
      '12:00:01 info  ARR-301: away\n  Check the network.\\u001b[2J\n',
    )
  })
})
