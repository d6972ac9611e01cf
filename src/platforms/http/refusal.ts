// What is said of a 401 or 403: which way of saying who we are was refused, and which one the other end asks for. Pure.
import type { Answer } from './request.ts'

/** Headers that say who we are, and how people call what is in them. */
const OURS: Readonly<Record<string, string>> = {
  'x-hadoop-delegation-token': 'a delegation token',
  'x-requested-by': 'X-Requested-By',
}

/** Schemes as they stand before a credential, as people write them. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  ['Basic', 'Bearer', 'Negotiate', 'Digest', 'NTLM'].map((name) => [name.toLowerCase(), name]),
)

/** How to give what is asked for. */
const MENDS: Readonly<Record<string, (key: string) => string>> = {
  Negotiate: (key) => `it asks for Kerberos (\`${key}: { type: kerberos, ... }\`)`,
  Basic: (key) => `it asks for a name and password (\`${key}: { type: basic, ... }\`)`,
  Bearer: (key) => `it asks for a token (\`${key}: { type: bearer, ... }\`)`,
}

/** What is wrong where a KDC gave us a token and the server does not take it. */
const NOT_TAKEN: Readonly<Record<number, string>> = {
  401: "look at its clock, and whether its own keytab is of the service's newest key",
  403: "its keytab may not be of the service's newest key, its auth_to_local may not know our principal, or its ACLs not let us",
}

/**
 * One clause: the status, what we sent, what it asks for, and the server's own first words where they are plain text.
 * Nothing of a credential is in it; `sent` is what the request carried, `key` where in the configuration one is written.
 */
export function refusalWords(answer: Answer, sent: Readonly<Record<string, string>>, key = 'auth'): string {
  const asked = schemesOf(answer.headers['www-authenticate'])
  const wish =
    answer.negotiated === true
      ? NOT_TAKEN[answer.status]
      : asked.map((name) => MENDS[name]?.(key)).find((mend) => mend !== undefined)
  const said = plainWords(answer)
  return [
    `it answers ${answer.status} to ${answer.negotiated === true ? 'our Kerberos token' : sentWords(sent)}`,
    ...(said === null ? [] : [`it says "${said}"`]),
    ...(wish === undefined ? [] : [wish]),
  ].join('; ')
}

/** `a request without a credential`, `Bearer`, `a delegation token`. */
function sentWords(sent: Readonly<Record<string, string>>): string {
  const names = Object.entries(sent).flatMap(([name, value]) => {
    const header = name.toLowerCase()
    if (header === 'authorization') {
      const scheme = KNOWN.get(value.split(' ')[0]?.toLowerCase() ?? '')
      return [`our ${scheme === undefined ? 'Authorization header' : `${scheme} credential`}`]
    }
    if (header === 'accept' || header === 'content-type') return []
    return [OURS[header] ?? `our header ${name}`]
  })
  return names.length === 0 ? 'a request without a credential' : names.join(' and ')
}

/** The schemes in a `WWW-Authenticate`, as people write them, of those we know. */
export function schemesOf(value: unknown): readonly string[] {
  const text = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : ''
  return [...text.matchAll(/(?:^|,\s*)([A-Za-z]+)(?=\s|,|$)/g)].flatMap(([, name]) => {
    const known = KNOWN.get((name ?? '').toLowerCase())
    return known === undefined ? [] : [known]
  })
}

/** What Spark's filter and Hadoop say themselves: a title of their page, or a line of text. */
function plainWords({ body }: Answer): string | null {
  const text = body.subarray(0, 4096).toString('utf8')
  const words =
    /<title>(?:Error \d+ )?([^<]{1,200})<\/title>/i.exec(text)?.[1] ??
    // Jetty's page of an error, to who prefers JSON.
    /"message"\s*:\s*"([^"\\]{1,200})"/.exec(text)?.[1] ??
    (/[<{]/.test(text) ? '' : text)
  const line = words.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  return line === '' ? null : line.replaceAll('"', "'")
}
