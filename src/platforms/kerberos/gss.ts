// GSSAPI of the system's own MIT Kerberos (RFC 2744, RFC 4178), as much of it as one SPNEGO token takes. Blocks while a KDC is asked.
import { createHash } from 'node:crypto'
import type * as koffi from 'koffi'
import type { TokenAsk } from './token-ask.ts'

/** What of the package `koffi` is used; it is imported where a token is first wanted. */
export type Koffi = Pick<typeof koffi, 'load' | 'pointer' | 'struct' | 'view'>

export interface Gss {
  /** The first token of a context, in base64; throws an Error with the library's own words. Delegates nothing. */
  token(ask: TokenAsk): string
}

/** Debian and Ubuntu: libgssapi-krb5-2, Fedora: krb5-libs, Alpine: krb5-libs. */
export const LIBRARY = 'libgssapi_krb5.so.2'

interface Bytes {
  readonly length: number
  readonly value: unknown
}
interface Oid {
  readonly length: number
  readonly elements: Buffer
}
type Status = [number]
/** Where a function puts the address of what it made; the library's own null before and after. */
type Handle = [unknown]

const GSS_C_INITIATE = 1
const GSS_C_GSS_CODE = 1
const GSS_C_MECH_CODE = 2
/** Of a major status: calling error and routine error, without what is only supplementary. */
const ERRORS = 0xffff0000

const KRB5 = oid('2a864886f712010202')
const SPNEGO = oid('2b0601050502')
const HOST_BASED_SERVICE = oid('2a864886f71201020104')
const PRINCIPAL_NAME = oid('2a864886f71201020201')

/** Opens the library; throws where it is absent. */
export function openGss(koffi: Koffi): Gss {
  const library = koffi.load(LIBRARY)
  const calls = declared(koffi, library)

  function taken(buffer: Bytes): Buffer {
    const bytes = Buffer.from(new Uint8Array(koffi.view(buffer.value, buffer.length)))
    calls.releaseBuffer([0], [buffer])
    return bytes
  }

  function words(major: number, minor: number): string {
    const said = [
      [major, GSS_C_GSS_CODE],
      [minor, GSS_C_MECH_CODE],
    ].map(([status = 0, kind = 0]) => {
      const out: [Bytes | null] = [null]
      const failed = calls.displayStatus([0], status, kind, KRB5, [0], out)
      return failed !== 0 || out[0] === null ? `status ${status}` : taken(out[0]).toString('utf8')
    })
    return said.join(': ')
  }

  function must(major: number, [minor]: Status): void {
    if ((major & ERRORS) !== 0) throw new Error(words(major, minor))
  }

  function named<T>(text: string, type: Oid, use: (name: unknown) => T): T {
    const value = Buffer.from(text)
    const minor: Status = [0]
    const name: Handle = [null]
    must(calls.importName(minor, { length: value.length, value }, type, name), minor)
    try {
      return use(name[0])
    } finally {
      calls.releaseName([0], name)
    }
  }

  function withCredential<T>(ask: TokenAsk, mech: Oid, use: (credential: unknown) => T): T {
    return named(ask.principal, PRINCIPAL_NAME, (name) => {
      const elements = storeOf(ask)
      const minor: Status = [0]
      const credential: Handle = [null]
      const mechs = { count: 1, elements: [mech] }
      const store = { count: elements.length, elements }
      must(calls.acquire(minor, name, 0, mechs, GSS_C_INITIATE, store, credential, null, null), minor)
      try {
        return use(credential[0])
      } finally {
        calls.releaseCredential([0], credential)
      }
    })
  }

  return {
    token(ask) {
      // Gets the ticket where there is none, or it is old; SPNEGO would do so too, but would not say why it cannot.
      withCredential(ask, KRB5, () => null)
      return withCredential(ask, SPNEGO, (credential) =>
        named(...targetOf(ask.service), (target) => {
          const minor: Status = [0]
          const context: Handle = [null]
          const out: [Bytes | null] = [null]
          const begin = (): number =>
            calls.begin(minor, credential, context, target, SPNEGO, 0, 0, null, null, null, out, null, null)
          try {
            must(begin(), minor)
            return out[0] === null ? '' : taken(out[0]).toString('base64')
          } finally {
            if (context[0] !== null) calls.deleteContext([0], context, null)
          }
        }),
      )
    },
  }
}

function oid(hex: string): Oid {
  const elements = Buffer.from(hex, 'hex')
  return { length: elements.length, elements }
}

/** Tickets of a keytab stand in this process's memory alone, apart for each identity; else in the cache that the environment names. */
function storeOf({ principal, keytab }: TokenAsk): readonly { key: string; value: string }[] {
  if (keytab === null) return []
  const own = createHash('sha256').update(`${principal}\n${keytab}`).digest('hex').slice(0, 16)
  return [
    { key: 'client_keytab', value: `FILE:${keytab}` },
    { key: 'ccache', value: `MEMORY:arrestor-${own}` },
  ]
}

/** `HTTP/host` is left to krb5.conf (its realm, its canonical name); with a realm it is a principal as it stands. */
function targetOf(service: string): [text: string, type: Oid] {
  return service.includes('@') ? [service, PRINCIPAL_NAME] : [service.replace('/', '@'), HOST_BASED_SERVICE]
}

interface Calls {
  importName(minor: Status, name: Bytes, type: Oid, out: Handle): number
  releaseName(minor: Status, name: Handle): number
  acquire(
    minor: Status, name: unknown, seconds: number, mechs: { count: number; elements: readonly Oid[] }, usage: number,
    store: { count: number; elements: readonly { key: string; value: string }[] }, out: Handle, mechsOut: null, secondsOut: null,
  ): number
  releaseCredential(minor: Status, credential: Handle): number
  begin(
    minor: Status, credential: unknown, context: Handle, target: unknown, mech: Oid, flags: number, seconds: number,
    bindings: null, input: null, mechOut: null, out: [Bytes | null], flagsOut: null, secondsOut: null,
  ): number
  deleteContext(minor: Status, context: Handle, out: null): number
  displayStatus(minor: Status, status: number, kind: number, mech: Oid, more: [number], out: [Bytes | null]): number
  releaseBuffer(minor: Status, buffer: [Bytes]): number
} // prettier-ignore

/** As gssapi.h and gssapi_ext.h declare them. */
function declared(koffi: Koffi, library: koffi.LibraryHandle): Calls {
  koffi.struct('gss_buffer_desc', { length: 'size_t', value: 'void *' })
  const oidType = koffi.struct('gss_OID_desc', { length: 'uint32_t', elements: 'void *' })
  koffi.struct('gss_OID_set_desc', { count: 'size_t', elements: koffi.pointer(oidType) })
  const pair = koffi.struct('gss_key_value_element_desc', { key: 'str', value: 'str' })
  koffi.struct('gss_key_value_set_desc', { count: 'uint32_t', elements: koffi.pointer(pair) })
  return {
    importName: library.func('uint32_t gss_import_name(_Out_ uint32_t *, gss_buffer_desc *, gss_OID_desc *, _Out_ void **)'),
    releaseName: library.func('uint32_t gss_release_name(_Out_ uint32_t *, _Inout_ void **)'),
    acquire: library.func('uint32_t gss_acquire_cred_from(_Out_ uint32_t *, void *, uint32_t, gss_OID_set_desc *, int, gss_key_value_set_desc *, _Out_ void **, void *, void *)'),
    releaseCredential: library.func('uint32_t gss_release_cred(_Out_ uint32_t *, _Inout_ void **)'),
    begin: library.func('uint32_t gss_init_sec_context(_Out_ uint32_t *, void *, _Inout_ void **, void *, gss_OID_desc *, uint32_t, uint32_t, void *, void *, void *, _Out_ gss_buffer_desc *, void *, void *)'),
    deleteContext: library.func('uint32_t gss_delete_sec_context(_Out_ uint32_t *, _Inout_ void **, void *)'),
    displayStatus: library.func('uint32_t gss_display_status(_Out_ uint32_t *, uint32_t, int, gss_OID_desc *, _Inout_ uint32_t *, _Out_ gss_buffer_desc *)'),
    releaseBuffer: library.func('uint32_t gss_release_buffer(_Out_ uint32_t *, _Inout_ gss_buffer_desc *)'),
  } // prettier-ignore
}
