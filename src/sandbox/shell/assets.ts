// The page's files: TypeScript is served as JavaScript by stripping its types, libraries from where npm put them.
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file as it goes over the wire. */
export type Asset = { type: string; body: string }

const PAGE = fileURLToPath(new URL('../page/', import.meta.url))

/** The bare names that the page's modules import, and the address under which each is served. */
const VENDOR: Readonly<Record<string, string>> = {
  preact: '/vendor/preact.js',
  'preact/hooks': '/vendor/preact-hooks.js',
  htm: '/vendor/htm.js',
  'htm/preact': '/vendor/htm-preact.js',
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
}

const cache = new Map<string, Asset>()

/**
 * The asset at a path: `/`, `/page/...` or `/vendor/...`; undefined when there is none. A name is made of
 * plain characters only, so that no path leads out of the page's folder.
 */
export async function findAsset(pathname: string): Promise<Asset | undefined> {
  const cached = cache.get(pathname)
  if (cached !== undefined) return cached
  const asset = await readAsset(pathname)
  // A library does not change while we run; the page's own files may, while somebody works on them.
  if (asset !== undefined && pathname.startsWith('/vendor/')) cache.set(pathname, asset)
  return asset
}

async function readAsset(pathname: string): Promise<Asset | undefined> {
  const bare = Object.keys(VENDOR).find((name) => VENDOR[name] === pathname)
  if (bare !== undefined) {
    const body = await readFile(fileURLToPath(import.meta.resolve(bare)), 'utf8')
    return {
      type: TYPES['.js'] ?? '',
      body: withAddresses(body.replace(/\n?\/\/# sourceMappingURL=.*$/m, '')),
    }
  }
  const name = pathname === '/' ? 'index.html' : /^\/page\/((?:[\w-]+\/)*[\w-]+\.\w+)$/.exec(pathname)?.[1]
  const extension = path.extname(name ?? '')
  const type = TYPES[extension]
  if (name === undefined || type === undefined) return undefined
  const source = await readIfThere(path.join(PAGE, name))
  if (source !== undefined)
    return { type, body: extension === '.ts' ? toJavaScript(source) : withAddresses(source) }
  // Built: the same module lies there as JavaScript, and its imports already say so.
  const built =
    extension === '.ts' ? await readIfThere(path.join(PAGE, name.replace(/\.ts$/, '.js'))) : undefined
  return built === undefined ? undefined : { type, body: withAddresses(built) }
}

/** Strips the types and names the libraries by address: an import map would need an inline script. */
export function toJavaScript(source: string): string {
  const emitWarning = process.emitWarning.bind(process)
  // The one experimental warning of stripTypeScriptTypes says nothing to whoever runs a sandbox.
  process.emitWarning = () => undefined
  try {
    return withAddresses(stripTypeScriptTypes(source))
  } finally {
    process.emitWarning = emitWarning
  }
}

function withAddresses(source: string): string {
  return source.replace(
    /(\bfrom\s*|\bimport\s*)(['"])([\w/-]+)\2/g,
    (whole, keyword: string, quote: string, name: string) =>
      Object.hasOwn(VENDOR, name) ? `${keyword}${quote}${VENDOR[name] ?? ''}${quote}` : whole,
  )
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
