// SVG to PNG: no fonts but ours, no files, no network; a palette instead of full colour, so that a phone loads it at once.
import { createRequire } from 'node:module'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { Resvg } from '@resvg/resvg-js'
import { FONT, FONT_FILES, ZOOM } from './theme.ts'

const FONTS = path.join(
  path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
)

/** Throws what resvg throws on what is no SVG. */
export function pngOf(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES.map((file) => path.join(FONTS, file)),
      defaultFontFamily: FONT,
    },
    logLevel: 'off',
  })
  const { pixels, width, height } = resvg.render()
  return encode(pixels, width, height)
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const MAX_COLOURS = 256

/** Opaque pixels (RGBA) as a PNG of 256 colours: a third of the bytes of full colour, and no difference to be seen. */
function encode(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height)
  const { palette, indexOf } = paletteOf(words)
  // Each row begins with its filter: none, which suits palettes.
  const rows = new Uint8Array((width + 1) * height)
  // Neighbours are mostly alike: what was looked up last is looked up again only when it changes.
  let [last, index] = [words[0] ?? 0, indexOf.get(words[0] ?? 0) ?? 0]
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 1; x <= width; x += 1, at += 1) {
      const word = words[at] ?? 0
      if (word !== last) [last, index] = [word, indexOf.get(word) ?? 0]
      rows[y * (width + 1) + x] = index
    }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((word) => [word & 255, (word >> 8) & 255, (word >> 16) & 255]))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The most frequent colours; each other one, an edge between two of them, becomes the nearest. */
function paletteOf(words: Uint32Array): { palette: number[]; indexOf: Map<number, number> } {
  const counts = new Map<number, number>()
  for (let at = 0, from = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0
    if (word === words[at + 1]) continue
    counts.set(word, (counts.get(word) ?? 0) + at + 1 - from)
    from = at + 1
  }
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word)
  const palette = byCount.slice(0, MAX_COLOURS)
  const indexOf = new Map(palette.map((word, index) => [word, index]))
  for (const word of byCount.slice(MAX_COLOURS)) indexOf.set(word, nearest(word, palette))
  return { palette, indexOf }
}

function nearest(word: number, palette: readonly number[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (const [index, other] of palette.entries()) {
    const red = (word & 255) - (other & 255)
    const green = ((word >> 8) & 255) - ((other >> 8) & 255)
    const blue = ((word >> 16) & 255) - ((other >> 16) & 255)
    const distance = red * red + green * green + blue * blue
    if (distance < least) [best, least] = [index, distance]
  }
  return best
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  frame.set(body, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}
