// Values side by side as echarts' options: one bar each, those that matter told and coloured. Pure.
import type { BarsChart } from '../diagnosis/chart/model.ts'
import { inUnit } from '../diagnosis/chart/say.ts'
import { AXIS_LABEL, HEAD, card, leftOf, words } from './frame.ts'
import { fitted } from './text.ts'
import {
  ALARM,
  CARD,
  FAINT_TEXT,
  FONT,
  GRID,
  HEIGHT,
  LABEL_SIZE,
  MARGIN,
  PLAIN,
  TEXT,
  TOLD,
  WIDTH,
} from './theme.ts'
import { labelsOf, scaleOf } from './ticks.ts'

const COLOURS = { plain: PLAIN, told: TOLD, alarm: ALARM } as const

export function barsOption(chart: BarsChart): Record<string, unknown> {
  const { bars, unit } = chart
  const scale = scaleOf(
    bars.map(({ value }) => value),
    unit,
    true,
  )
  const labels = labelsOf(scale, unit)
  const left = leftOf(labels)
  const right = WIDTH - MARGIN
  const slot = (right - left) / bars.length
  return {
    backgroundColor: CARD,
    animation: false,
    // The tallest bar's number stands above the plot.
    grid: { left, top: HEAD + 26, right: WIDTH - right, bottom: 58 },
    xAxis: {
      type: 'category',
      data: bars.map(({ name }) => fitted(name, slot - 4)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: TEXT, width: 1.5 } },
      axisLabel: { ...AXIS_LABEL, interval: 0 },
    },
    yAxis: {
      type: 'value',
      min: scale.min,
      max: scale.max,
      interval: (scale.ticks[1] ?? 1) - (scale.ticks[0] ?? 0),
      splitLine: { lineStyle: { color: GRID, width: 1 } },
      axisLabel: { ...AXIS_LABEL, formatter: (_value: number, index: number) => labels[index] ?? '' },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: '62%',
        barMinHeight: 2,
        data: bars.map(({ value, tone }) => ({
          value,
          itemStyle: { color: COLOURS[tone] },
          label: {
            show: tone !== 'plain',
            position: 'top',
            distance: 4,
            formatter: () => inUnit(value, unit),
            color: tone === 'alarm' ? ALARM : TEXT,
            fontSize: LABEL_SIZE,
            fontWeight: 'bold',
            fontFamily: FONT,
          },
        })),
      },
    ],
    graphic: [
      ...card(chart),
      words({
        text: fitted(chart.axis, right - MARGIN, LABEL_SIZE - 1),
        x: right,
        y: HEIGHT - 18,
        align: 'right',
        size: LABEL_SIZE - 1,
        colour: FAINT_TEXT,
      }),
    ],
  }
}
