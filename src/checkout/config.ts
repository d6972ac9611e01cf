// A git repository of runbooks as arrestor.yml names it.
import * as z from 'zod'
import { DurationSchema } from '../escalation/policy.ts'

/** Asking more often than this would be noticed by those who run the repository. */
const MIN_EVERY_MS = 10_000
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** `git@host:path`, as people copy it from a web page. */
const SCP = /^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!\/\/)[^\s:][^\s]*$/
const LOCAL = /^(?:\.{0,2}\/|[A-Za-z0-9_.][^:\s]*$)/

export type Transport = 'https' | 'http' | 'ssh' | 'file'

/** How git reaches an address, or null for what is no address that we use. */
export function transportOf(url: string): Transport | null {
  // git would take it for an option.
  if (url.startsWith('-') || /[\s\0]/.test(url)) return null
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== undefined)
    return (scheme === 'https' || scheme === 'http' || scheme === 'ssh') && URL.canParse(url) ? scheme : null
  // `ext::sh -c ...` and its like are commands.
  if (url.includes('::')) return null
  if (SCP.test(url)) return 'ssh'
  return LOCAL.test(url) ? 'file' : null
}

function checkUrl(url: string): string | null {
  const transport = transportOf(url)
  if (transport === null)
    return 'must be an https or ssh address, git@host:path, or the path of a repository on this machine'
  if (transport === 'file' || SCP.test(url)) return null
  const { username, password } = new URL(url)
  if (password !== '' || (username !== '' && transport !== 'ssh'))
    return 'a secret does not belong in the address; use `token`'
  return null
}

// oxlint-disable-next-line no-control-regex -- no path has them
const INSIDE = /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\u0000-\u001F\\]{1,200}$/
/** What git takes for a name, without what it takes for a range, a pattern or an option. */
const REF = /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|\/$))[A-Za-z0-9_][A-Za-z0-9_./+@#-]{0,200}$/
const USER = /^[\x21-\x39\x3B-\x7E]{1,200}$/
const TOKEN = /^[\x21-\x7E]{1,2000}$/

/** Inside the repository, never out of it. */
const Inside = z
  .string()
  .refine((text) => INSIDE.test(text), 'a folder of the repository, such as docs/runbooks')

export const gitSourceSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens')
      .describe('how messages, metrics and files call it'),
    url: z
      .string()
      .min(1)
      .max(1_000)
      .superRefine((url, context) => {
        const wrong = checkUrl(url)
        if (wrong !== null) context.addIssue({ code: 'custom', message: wrong })
      })
      .describe('https or ssh address of the repository, or its path on this machine'),
    ref: z
      .string()
      .refine((text) => REF.test(text), 'a branch, a tag or a full commit id')
      .optional()
      .describe("branch, tag or full commit id; by default the repository's own default branch"),
    path: Inside.default('.').describe('the folder within it that holds the runbooks'),
    team: z.string().optional().describe('only for this team; without it for all'),
    every: DurationSchema.refine((ms) => ms >= MIN_EVERY_MS, 'at least 10s')
      .prefault('1m')
      .describe('how often to look for a new commit; webhooks are quicker'),
    username: z
      .string()
      .refine((text) => USER.test(text), 'a user name without blanks or colons')
      .default('x-access-token')
      .describe('the user that goes with `token`; only deploy tokens and Bitbucket ask for a certain one'),
    token: z
      .string()
      .refine((text) => TOKEN.test(text), 'a token that is not empty')
      .optional()
      .describe('for https: a token that may read the repository'),
    ssh_key_file: z
      .string()
      .min(1)
      .optional()
      .describe('for ssh: the private key, a file that only this user may read'),
    known_hosts_file: z
      .string()
      .min(1)
      .optional()
      .describe("for ssh: the keys of the hosts to trust; by default this user's known_hosts"),
  })
  .superRefine(({ url, token, ssh_key_file: key, known_hosts_file: hosts }, context) => {
    const transport = transportOf(url)
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (token !== undefined && transport !== 'https') {
      const near = transport === 'http' && LOOPBACK.test(new URL(url).hostname)
      if (!near) wrong('token', 'a token is sent over https alone')
    }
    for (const [name, file] of [
      ['ssh_key_file', key],
      ['known_hosts_file', hosts],
    ] as const)
      if (file !== undefined && transport !== 'ssh') wrong(name, 'this is for ssh addresses')
  })
export type GitSource = z.infer<typeof gitSourceSchema>
