// A chart as SVG by echarts, on the server; and the proof that nothing from outside became more than text in it.
import * as bars from './bars-option.ts'
import * as time from './time-option.ts'
import { BarChart, LineChart } from 'echarts/charts'
import { GraphicComponent, GridComponent, MarkLineComponent } from 'echarts/components'
import { init, setPlatformAPI, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Chart } from '../diagnosis/chart/model.ts'
import { widthOf } from './text.ts'
import { HEIGHT, WIDTH } from './theme.ts'

use([BarChart, LineChart, GraphicComponent, GridComponent, MarkLineComponent, SVGRenderer])

// Without a browser echarts guesses widths by those of another font.
setPlatformAPI({
  measureText: (text: string, font?: string) => ({
    width: widthOf(text, Number(/([\d.]+)px/.exec(font ?? '')?.[1] ?? 12), font?.includes('bold')),
  }),
})

/** What echarts draws with. Anything else in the picture would have come from the data. */
const ELEMENTS = new Set(['svg', 'g', 'path', 'text', 'rect', 'defs', 'clipPath', 'circle', 'polyline'])

/** Throws where the SVG holds an element that we do not draw, or refers to anything but itself. */
export function assertInert(svg: string): void {
  if (/<[!?]/.test(svg)) throw new Error('the picture declares something')
  for (const [tag, name] of svg.matchAll(/<\/?([^\s/>]*)[^>]*>?/g)) {
    if (!ELEMENTS.has(name ?? '')) throw new Error(`the picture holds an element that is not ours`)
    if (/\bhref\b|\bsrc\b|url\((?!['"]?#)|\bon[a-z]+\s*=/i.test(tag))
      throw new Error('the picture refers to something outside')
  }
}

/** Throws what echarts throws, and where the result is not inert. */
export function svgOf(chart: Chart): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  try {
    drawing.setOption(chart.kind === 'time' ? time.timeOption(chart) : bars.barsOption(chart))
    // Its only style is for a pointer that hovers.
    const svg = drawing.renderToSVGString().replace(/<style[^>]*><!\[CDATA\[[^<>]*\]\]>\s*<\/style>/, '')
    assertInert(svg)
    return svg
  } finally {
    drawing.dispose()
  }
}
