// Personal data by its shape, and by its check digits where it has some: addresses, cards, bank accounts, phone numbers.
import type { Rule } from './redact-rules.ts'

/** Length of an IBAN by country (SWIFT's registry). */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
    .split(' ')
    .map((one) => [one.slice(0, 2), Number(one.slice(2))]),
)

/** As many digits together as no decimal fraction, hash or table of numbers has by chance with the right check digit. */
const CARD = /(?<!\d)(?<!\d\.)(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}|\d{13,19})(?!\d)/g

export const PERSONAL_DATA: readonly Rule[] = [
  // A top level in mixed case is a Java class: `acceptor-0@6d0ceae1-osjs.ServerConnector`.
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,6}\.(?:\p{Ll}{2,24}|\p{Lu}{2,24}|\p{Lo}{2,24}|\p{Lu}\p{Ll}{1,3}(?!\p{Ll}))/gu, unlessPlace],
  [/(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g, ifIban],
  [CARD, ifCard],
  // Only with the plus sign of a country: without it nobody can tell a number from a number.
  // Behind a comma as well: so Spark prints a row, `[1,Alice,+49 170 1234567]`.
  [/(?<![\w+./=-])\+[1-9]\d{0,2}(?:[ -]?\(?\d{1,5}\)?){1,6}(?![\w.])/g, ifPhone],
] // prettier-ignore

type Args = readonly unknown[]

/** `container@account` after `abfss://` and `Endpoint@host` after `spark://` are places. */
function unlessPlace(match: string, ...rest: never[]): string {
  const [offset, text] = (rest as Args).slice(-2) as [number, string]
  return /(?:abfss?|wasbs?|spark|akka\.tcp):\/\/$/i.test(text.slice(Math.max(0, offset - 20), offset))
    ? match
    : '[redacted address]'
}

function ifIban(match: string): string {
  const bare = match.replaceAll(' ', '')
  const wanted = IBAN_LENGTHS.get(bare.slice(0, 2))
  return wanted === bare.length && mod97(bare) === 1 ? '[redacted account]' : match
}

function mod97(iban: string): number {
  let rest = 0
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`)
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97
  return rest
}

function ifCard(match: string, ...rest: never[]): string {
  const [offset, text] = (rest as Args).slice(-2) as [number, string]
  const digits = match.replaceAll(/[ -]/g, '')
  return isIssued(digits) && luhn(digits) && !inHash(text, offset, match.length) ? '[redacted number]' : match
}

/** The beginnings that the card networks give out, with their lengths (ISO/IEC 7812). */
function isIssued(digits: string): boolean {
  const head = Number(digits.slice(0, 4))
  const { length } = digits
  if (digits.startsWith('4')) return length === 13 || length === 16 || length === 19
  if ((head >= 5100 && head <= 5599) || (head >= 2221 && head <= 2720)) return length === 16
  if (digits.startsWith('34') || digits.startsWith('37')) return length === 15
  if (/^(?:30[0-5]|36|38|39)/.test(digits)) return length === 14
  if (/^(?:6011|65|64[4-9]|62|35(?:2[89]|[3-8]))/.test(digits)) return length >= 16
  return false
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const value = at % 2 === 0 ? digit : digit * 2
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** Whether these digits stand in a hash or an id of hexadecimal digits, of 24 or more in a row. */
function inHash(text: string, offset: number, length: number): boolean {
  const before = /[0-9a-fA-F-]*$/.exec(text.slice(Math.max(0, offset - 40), offset))?.[0] ?? ''
  const after = /^[0-9a-fA-F-]*/.exec(text.slice(offset + length, offset + length + 40))?.[0] ?? ''
  return (before.length > 0 || after.length > 0) && before.length + length + after.length >= 24
}

function ifPhone(match: string): string {
  const digits = match.replaceAll(/\D/g, '').length
  return digits >= 8 && digits <= 15 ? '[redacted number]' : match
}
