// What every picture has: the card, its title and conclusion, and where the plot lies within. Pure.
import type { Chart } from '../diagnosis/chart/model.ts'
import { fitted, widthOf } from './text.ts'
import {
  CARD,
  EDGE,
  FAINT_TEXT,
  FONT,
  HEIGHT,
  LABEL_SIZE,
  MARGIN,
  NOTE_SIZE,
  TEXT,
  TITLE_SIZE,
  WIDTH,
} from './theme.ts'

/** The room of the plot within the card, in points. */
export interface Plot {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Something drawn on the card, as echarts' `graphic` takes it. */
export type Graphic = Readonly<Record<string, unknown>>

export interface Words {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly align?: 'left' | 'center' | 'right'
  readonly size?: number
  readonly bold?: boolean
  readonly colour?: string
  /** With a rim of the card's colour, where it may lie on a line. */
  readonly halo?: boolean
}

/** One line of text, its middle at `y`. */
export function words({
  text,
  x,
  y,
  align = 'left',
  size = LABEL_SIZE,
  bold = false,
  colour = TEXT,
  halo = false,
}: Words): Graphic {
  return {
    type: 'text',
    x,
    y,
    z: 20,
    silent: true,
    style: {
      text,
      align,
      verticalAlign: 'middle',
      fill: colour,
      fontSize: size,
      fontWeight: bold ? 'bold' : 'normal',
      fontFamily: FONT,
      ...(halo ? { stroke: CARD, lineWidth: 4 } : {}),
    },
  }
}

/** Below the title and the conclusion. */
export const HEAD = 70

export function card({ title, note }: Pick<Chart, 'title' | 'note'>): Graphic[] {
  const room = WIDTH - 2 * MARGIN
  return [
    {
      type: 'rect',
      z: -1,
      silent: true,
      shape: { x: 0.75, y: 0.75, width: WIDTH - 1.5, height: HEIGHT - 1.5, r: 6 },
      style: { fill: 'none', stroke: EDGE, lineWidth: 1.5 },
    },
    words({ text: fitted(title, room, TITLE_SIZE, true), x: MARGIN, y: 26, size: TITLE_SIZE, bold: true }),
    words({ text: fitted(note, room, NOTE_SIZE), x: MARGIN, y: 52, size: NOTE_SIZE, colour: FAINT_TEXT }),
  ]
}

/** The plot's left edge, so that the widest number fits beside it. */
export function leftOf(labels: readonly string[]): number {
  return Math.ceil(MARGIN + 10 + Math.max(...labels.map((label) => widthOf(label))))
}

/** What all axes share. */
export const AXIS_LABEL = { color: TEXT, fontSize: LABEL_SIZE, fontFamily: FONT } as const
