// The process that speaks Kerberos (`start-child.ts` starts it): by a library that blocks while it asks a KDC, loaded with the first token.
import { accessSync, constants } from 'node:fs'
import { reasonOf } from '../../errors.ts'
import { type Gss, type Koffi, LIBRARY, openGss } from './gss.ts'
import type { Answered, Asked, Made, TokenAsk } from './token-ask.ts'
import { causeOf } from './why.ts'

/** What was opened, or why it cannot be. */
let opened: Gss | string | null = null

async function open(): Promise<Gss | string> {
  let koffi: Koffi
  try {
    koffi = (await import('koffi')).default
  } catch (error) {
    return `the package koffi cannot be loaded (${reasonOf(error)}); it is an optional dependency: install with \`npm ci\` and without --omit=optional, on a system that it has a build for`
  }
  try {
    return openGss(koffi)
  } catch (error) {
    return `${LIBRARY} of MIT Kerberos cannot be loaded (${reasonOf(error)}); install it (apt-get install libgssapi-krb5-2, dnf install krb5-libs, apk add krb5-libs)`
  }
}

async function make(ask: TokenAsk): Promise<Made> {
  opened ??= await open()
  if (typeof opened === 'string') return { failed: 'absent', why: opened }
  if (ask.keytab !== null) {
    try {
      accessSync(ask.keytab, constants.R_OK)
    } catch (error) {
      return { failed: 'refused', why: `the keytab cannot be read (${reasonOf(error)})` }
    }
  }
  try {
    return { token: opened.token(ask) }
  } catch (error) {
    return causeOf(reasonOf(error), ask)
  }
}

async function answer({ id, ask }: Asked): Promise<void> {
  const made = await make(ask)
  process.send?.({ id, made } satisfies Answered)
}

process.on('message', (asked: Asked) => void answer(asked))
process.on('disconnect', () => process.exit())
