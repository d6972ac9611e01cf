// Values over time as echarts' options: lines or steps, losses and thresholds marked, times in UTC with their day. Pure.
import type { TimeChart } from '../diagnosis/chart/model.ts'
import { daysOf, inUnit } from '../diagnosis/chart/say.ts'
import { AXIS_LABEL, type Graphic, HEAD, type Plot, card, leftOf, words } from './frame.ts'
import { drawable, fitted, widthOf } from './text.ts'
import {
  ALARM,
  CARD,
  FAINT_TEXT,
  GRID,
  HEIGHT,
  LABEL_SIZE,
  LIMIT,
  LINES,
  MARGIN,
  TEXT,
  WIDTH,
} from './theme.ts'
import { type Scale, labelsOf, momentsOf, scaleOf } from './ticks.ts'

/** A threshold further away than this many times the greatest value would press the line to the ground. */
const LIMIT_REACH = 2
const ROW = 24

export function timeOption(chart: TimeChart): Record<string, unknown> {
  const { from, to, unit, series, steps } = chart
  const values = series.flatMap(({ points }) => points.flatMap(([, value]) => value ?? []))
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const limits = chart.limits.filter(({ value }) => value >= 0 && value <= LIMIT_REACH * most)
  const scale = scaleOf([...values, ...limits.map(({ value }) => value)], unit, steps)
  const labels = labelsOf(scale, unit)
  const legend = series.length > 1 ? legendOf(series.map(({ name }) => name)) : { graphics: [], rows: 0 }
  const marked = chart.marks !== null && chart.marks.at.length > 0
  const plot: Plot = {
    left: leftOf(labels),
    top: HEAD + legend.rows * ROW + (marked ? ROW : 8),
    right: WIDTH - MARGIN - 12,
    bottom: HEIGHT - 58,
  }
  // A label that would stand out of the card is left out, and its tick stays.
  const fits = (at: number, label: string): boolean => xOf(at, chart, plot) + widthOf(label) / 2 <= WIDTH - 8
  const moments = momentsOf(from, to).map(({ at, label }) => ({ at, label: fits(at, label) ? label : '' }))
  const at = moments.map((moment) => moment.at)
  return {
    backgroundColor: CARD,
    animation: false,
    grid: { left: plot.left, top: plot.top, right: WIDTH - plot.right, bottom: HEIGHT - plot.bottom },
    xAxis: {
      type: 'value',
      min: from,
      max: to,
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: TEXT, width: 1.5 } },
      axisTick: { show: true, customValues: at, lineStyle: { color: TEXT } },
      axisLabel: {
        ...AXIS_LABEL,
        customValues: at,
        hideOverlap: true,
        formatter: (value: number) => moments.find((moment) => moment.at === value)?.label ?? '',
      },
    },
    yAxis: {
      type: 'value',
      min: scale.min,
      max: scale.max,
      interval: (scale.ticks[1] ?? 1) - (scale.ticks[0] ?? 0),
      splitLine: { lineStyle: { color: GRID, width: 1 } },
      axisLabel: { ...AXIS_LABEL, formatter: (_value: number, index: number) => labels[index] ?? '' },
    },
    series: series.map(({ points }, index) => ({
      type: 'line',
      step: steps ? 'end' : false,
      connectNulls: false,
      silent: true,
      symbol: 'none',
      data: points.map(([x, y], place) =>
        y !== null && alone(points, place)
          ? { value: [x, y], symbol: 'circle', symbolSize: 7 }
          : { value: [x, y] },
      ),
      itemStyle: { color: LINES[index]?.colour },
      lineStyle: { color: LINES[index]?.colour, width: 3, type: LINES[index]?.dash },
      ...(series.length === 1 && scale.min === 0
        ? { areaStyle: { color: LINES[0].colour, opacity: 0.12 } }
        : {}),
      ...(index === 0 ? { markLine: markLines(chart, limits) } : {}),
    })),
    graphic: [
      ...card(chart),
      ...legend.graphics,
      ...markLabels(chart, plot),
      ...limitLabels(limits, unit, scale, plot),
      words({
        text: `${daysOf(from, to)}, times in UTC`,
        x: plot.right,
        y: HEIGHT - 18,
        align: 'right',
        size: LABEL_SIZE - 1,
        colour: FAINT_TEXT,
      }),
    ],
  }
}

function xOf(at: number, { from, to }: TimeChart, plot: Plot): number {
  return plot.left + ((at - from) / Math.max(1, to - from)) * (plot.right - plot.left)
}

/** A value between two gaps is no line. */
function alone(points: TimeChart['series'][number]['points'], place: number): boolean {
  return (points[place - 1]?.[1] ?? null) === null && (points[place + 1]?.[1] ?? null) === null
}

function markLines(chart: TimeChart, limits: TimeChart['limits']): Record<string, unknown> {
  return {
    silent: true,
    symbol: 'none',
    label: { show: false },
    data: [
      ...limits.map(({ value }) => ({ yAxis: value, lineStyle: { color: LIMIT, width: 1.5, type: [6, 4] } })),
      ...(chart.marks?.at ?? []).map(([at]) => ({
        xAxis: at,
        lineStyle: { color: ALARM, width: 2, type: [3, 3] },
      })),
    ],
  }
}

/** `3 lost` above its line; labels that would touch become one with the sum, over the middle of theirs. */
function markLabels(chart: TimeChart, plot: Plot): Graphic[] {
  const { marks } = chart
  if (marks === null) return []
  const name = fitted(marks.name, 120, LABEL_SIZE, true)
  const said = (count: number): string => `${count} ${name}`
  const groups: { first: number; last: number; count: number }[] = []
  for (const [at, count] of marks.at) {
    const x = xOf(at, chart, plot)
    const before = groups.at(-1)
    const apart =
      (widthOf(said(count), LABEL_SIZE, true) + widthOf(said(before?.count ?? 0), LABEL_SIZE, true)) / 2
    if (before !== undefined && x - before.last < apart + 12) {
      before.last = x
      before.count += count
    } else groups.push({ first: x, last: x, count })
  }
  return groups.map(({ first, last, count }) => {
    const text = said(count)
    const half = widthOf(text, LABEL_SIZE, true) / 2
    const x = Math.min(WIDTH - MARGIN - half, Math.max(MARGIN + half, (first + last) / 2))
    return words({ text, x, y: plot.top - 14, align: 'center', bold: true, colour: ALARM })
  })
}

/** `high 95 %` above the left end of its line; of two that would touch the second stands to the right of the first. */
function limitLabels(
  limits: TimeChart['limits'],
  unit: TimeChart['unit'],
  { min, max }: Scale,
  plot: Plot,
): Graphic[] {
  const taken: { middle: number; end: number }[] = []
  return limits.map(({ name, value }) => {
    const y = plot.bottom - ((value - min) / (max - min)) * (plot.bottom - plot.top)
    const middle = y - 10
    const near = taken.filter((other) => Math.abs(other.middle - middle) < LABEL_SIZE + 2)
    const x = Math.max(plot.left + 8, ...near.map(({ end }) => end + 12))
    const text = fitted(`${name} ${inUnit(value, unit, 6)}`, 200)
    taken.push({ middle, end: x + widthOf(text) })
    return words({ text, x, y: middle, colour: LIMIT, halo: true })
  })
}

/** A stroke of each line with its name, in as many rows as they need. */
function legendOf(names: readonly string[]): { graphics: Graphic[]; rows: number } {
  const STROKE = 34
  const GAP = 22
  const room = WIDTH - 2 * MARGIN
  const said = (width: number): string[] =>
    names.map((name, index) => fitted(drawable(name) === '' ? `line ${index + 1}` : name, width))
  const inOne = said(room).reduce((sum, text) => sum + STROKE + 8 + widthOf(text) + GAP, -GAP) <= room
  const column = (room - GAP) / 2
  const texts = said(inOne ? room : column - STROKE - 8)
  const graphics: Graphic[] = []
  let [x, row] = [MARGIN, 0]
  for (const [index, text] of texts.entries()) {
    if (!inOne) [x, row] = [MARGIN + (index % 2) * (column + GAP), Math.floor(index / 2)]
    const y = HEAD + row * ROW + 8
    const line = LINES[index] ?? LINES[0]
    graphics.push(
      {
        type: 'line',
        silent: true,
        shape: { x1: x, y1: y, x2: x + STROKE, y2: y },
        style: {
          stroke: line.colour,
          lineWidth: 3,
          ...(line.dash === 'solid' ? {} : { lineDash: [...line.dash] }),
        },
      },
      words({ text, x: x + STROKE + 8, y }),
    )
    x += STROKE + 8 + widthOf(text) + GAP
  }
  return { graphics, rows: row + 1 }
}
