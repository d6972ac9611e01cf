// What Slack knows of a file: its kind by name or snippet type, its addresses, and the first lines of a text.
import type { FileRecord } from '../types.ts'
import type { World } from '../world.ts'

interface Kind {
  readonly mimetype: string
  /** Slack's own short and long name of the type. */
  readonly filetype: string
  readonly pretty_type: string
}

const TEXT: Kind = { mimetype: 'text/plain', filetype: 'text', pretty_type: 'Plain Text' }
const BINARY: Kind = { mimetype: 'application/octet-stream', filetype: 'binary', pretty_type: 'Binary' }
const YAML: Kind = { mimetype: 'text/plain', filetype: 'yaml', pretty_type: 'YAML' }

/** What browsers should make of a file; the last part of its name decides. */
const KINDS: Readonly<Record<string, Kind>> = {
  png: { mimetype: 'image/png', filetype: 'png', pretty_type: 'PNG' },
  svg: { mimetype: 'image/svg+xml', filetype: 'svg', pretty_type: 'SVG' },
  jpg: { mimetype: 'image/jpeg', filetype: 'jpg', pretty_type: 'JPEG' },
  gif: { mimetype: 'image/gif', filetype: 'gif', pretty_type: 'GIF' },
  json: { mimetype: 'application/json', filetype: 'json', pretty_type: 'JSON' },
  csv: { mimetype: 'text/csv', filetype: 'csv', pretty_type: 'CSV' },
  md: { mimetype: 'text/markdown', filetype: 'markdown', pretty_type: 'Markdown (raw)' },
  yml: YAML,
  yaml: YAML,
  txt: TEXT,
  log: TEXT,
}

/** Types of `snippet_type` that this workspace knows; Slack has some ninety. */
const SNIPPETS: Readonly<Record<string, Kind>> = {
  text: TEXT,
  markdown: KINDS['md'] ?? TEXT,
  yaml: YAML,
  json: KINDS['json'] ?? TEXT,
  csv: KINDS['csv'] ?? TEXT,
}

export function knownSnippet(type: string): boolean {
  return Object.hasOwn(SNIPPETS, type)
}

/** A file that was announced and has no bytes yet. */
export function newFile(
  world: World,
  asked: { name: string; size: number; alt_txt?: string | undefined; snippet_type?: string | undefined },
): FileRecord {
  const { store } = world
  const { name, size, alt_txt, snippet_type } = asked
  const id = store.mintId('F')
  const path = `/files/${id}/${encodeURIComponent(name)}`
  const ending = name.split('.').at(-1)?.toLowerCase() ?? ''
  const byName = Object.hasOwn(KINDS, ending) ? KINDS[ending] : undefined
  const kind = (snippet_type === undefined ? undefined : SNIPPETS[snippet_type]) ?? byName ?? BINARY
  return {
    id,
    name,
    title: name,
    ...kind,
    mode: snippet_type === undefined ? 'hosted' : 'snippet',
    size,
    ...(alt_txt === undefined ? {} : { alt_txt }),
    url_private: `${world.origin()}${path}`,
    url_private_download: `${world.origin()}${path}?download=1`,
    permalink: `https://${store.seed.team.domain}.slack.com${path}`,
    user: store.seed.botUser.id,
    created: Math.floor(store.now() / 1000),
  }
}

/** How much of a text Slack repeats beside the file, so that people read on without opening it. */
const PREVIEW_LENGTH = 800

/** The beginning of a text file and how many lines follow; nothing for what is no text. */
export function previewOf(
  file: Pick<FileRecord, 'mimetype'>,
  bytes: Buffer,
): Pick<FileRecord, 'preview' | 'lines' | 'lines_more' | 'preview_is_truncated'> {
  if (!file.mimetype.startsWith('text/') && file.mimetype !== 'application/json') return {}
  const text = bytes.toString('utf8')
  const cut = text.slice(0, PREVIEW_LENGTH)
  // Half of a surrogate pair would be drawn as a broken character.
  const preview = /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
  const count = (part: string): number => part.split('\n').length
  return {
    preview,
    lines: count(text),
    lines_more: count(text) - count(preview),
    preview_is_truncated: preview.length < text.length,
  }
}
