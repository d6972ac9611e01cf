// The drawing thread: charts in, PNGs out, one after another; echarts, resvg and the font live here alone.
import { parentPort } from 'node:worker_threads'
import { reasonOf } from '../errors.ts'
import type { Drawn, ToDraw } from './drawer.ts'
import { pngOf } from './png.ts'
import { svgOf } from './svg.ts'

function say(message: Drawn): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message)
}

parentPort?.on('message', ({ id, chart }: ToDraw) => {
  try {
    say({ id, png: pngOf(svgOf(chart)) })
  } catch (error) {
    say({ id, why: reasonOf(error) })
  }
})
