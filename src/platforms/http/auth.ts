// Who we are to a web interface: the schemes that Spark, Hadoop, Livy and the gateways before them take, as one header.
import { createHmac } from 'node:crypto'
import * as z from 'zod'

const secret = z.string().min(1)
/** A header's name; those that are ours to set, and those that would turn a read into something else, are not to be had. */
const headerName = z
  .string()
  .refine((name) => /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name), 'must be the name of a header')
  .refine(
    (name) =>
      !/^(?:host|accept|content-.*|cookie|connection|transfer-encoding|x-http-method.*|x-method-override)$/i.test(
        name,
      ),
    'is not a header that can say who we are',
  )

export const authSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('basic').describe('name and password: a gateway such as Apache Knox, Livy with LDAP'),
      username: z.string().min(1).describe('the name'),
      password: secret.describe('the password'),
    }),
    z.strictObject({
      type: z.literal('bearer').describe('a ready token: a gateway, or a JWS that somebody else signed'),
      token: secret.describe('the token, without the word Bearer'),
    }),
    z.strictObject({
      type: z
        .literal('jws')
        .describe(
          "Spark 4's own org.apache.spark.ui.JWSFilter: a token is signed here and lives for minutes",
        ),
      secret_key: z
        .string()
        .refine(
          (key) => /^[A-Za-z0-9_-]{43,}={0,2}$/.test(key),
          'must be base64url of 32 bytes at least, as in param.secretKey',
        )
        .describe('what spark.org.apache.spark.ui.JWSFilter.param.secretKey is'),
    }),
    z.strictObject({
      type: z.literal('header').describe('any other header that a proxy asks for'),
      name: headerName.describe('its name, for example X-Api-Key'),
      value: secret.describe('its value'),
    }),
    z.strictObject({
      type: z
        .literal('kerberos')
        .describe(
          'Kerberos (SPNEGO): a token for each request and server that asks for one; needs MIT Kerberos on this machine',
        ),
      principal: z
        .string()
        .refine((name) => /^[^@\s]+@[^@\s]+$/.test(name), 'must be a principal with its realm')
        .describe('who we are, for example arrestor@EXAMPLE.COM'),
      keytab: z
        .string()
        .min(1)
        .optional()
        .describe(
          'the file with its key; without one, the tickets in the cache that KRB5CCNAME names, which somebody else keeps fresh',
        ),
      services: z
        .record(
          z.string().min(1),
          z
            .string()
            .refine(
              (name) => /^[^@/\s]+\/[^@/\s]+(?:@[^@/\s]+)?$/.test(name),
              'must be a service such as HTTP/host',
            ),
        )
        .default({})
        .describe(
          'the service of a server by its host in the address, where that is not HTTP/host: a name for several, a gateway',
        ),
    }),
  ])
  .describe('who we are to the servers named here; in place of authorization')
export type Auth = z.output<typeof authSchema>

/** What kinds that are web interfaces of Spark, Hadoop or Livy have beside their addresses. */
export interface Authorized {
  readonly authorization?: string | undefined
  readonly auth?: Auth | undefined
}

/** A JWS is used for half of its life, so that a clock that is behind ours by less than that takes it, too. */
const JWS_LIFE_S = 600

const NONE: Readonly<Record<string, string>> = {}

/** Headers of a request sent now; `auth` where it is configured, else `authorization` as it stands. */
export function authHeaders({ authorization, auth }: Authorized): () => Readonly<Record<string, string>> {
  if (auth === undefined) {
    const headers = authorization === undefined ? NONE : { authorization }
    return () => headers
  }
  switch (auth.type) {
    case 'basic':
      return constant('authorization', `Basic ${basicOf(auth.username, auth.password)}`)
    case 'bearer':
      return constant('authorization', `Bearer ${auth.token}`)
    case 'header':
      return constant(auth.name.toLowerCase(), auth.value)
    // A token is of one request: `send.ts` makes it.
    case 'kerberos':
      return () => NONE
    case 'jws': {
      let until = 0
      let headers: Readonly<Record<string, string>> = {}
      return () => {
        const now = Math.floor(Date.now() / 1000)
        if (now >= until) {
          until = now + JWS_LIFE_S / 2
          headers = { authorization: `Bearer ${jwsOf(auth.secret_key, now)}` }
        }
        return headers
      }
    }
  }
}

/** Every secret of it, as it stands in the configuration and as it is sent. */
export function authSecrets({ authorization, auth }: Authorized): readonly string[] {
  const own = authorization === undefined ? [] : [authorization]
  switch (auth?.type) {
    case undefined:
    // Its secret is in a file that we never hold.
    case 'kerberos':
      return own
    case 'basic':
      return [...own, auth.password, basicOf(auth.username, auth.password)]
    case 'bearer':
      return [...own, auth.token]
    case 'jws':
      return [...own, auth.secret_key]
    case 'header':
      return [...own, auth.value]
  }
}

/** A JWS (RFC 7515) with HS256, as Spark's filter verifies it: the key's bytes are what base64url stands for. */
export function jwsOf(secretKey: string, nowS: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  // A minute back, for a server whose clock is behind.
  const claims = { sub: 'arrestor', iat: nowS - 60, exp: nowS + JWS_LIFE_S }
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  const key = Buffer.from(secretKey, 'base64url')
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

function basicOf(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}

function constant(name: string, value: string): () => Readonly<Record<string, string>> {
  const headers = { [name]: value }
  return () => headers
}
