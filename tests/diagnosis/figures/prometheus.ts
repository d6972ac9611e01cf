// A Prometheus of a few series, each a function of time: it understands as much of PromQL as naming them.
import { type Stage, stage } from '../../platforms/support.ts'

/** Value at an instant in milliseconds, by the series' name. */
export type SeriesByName = Readonly<Record<string, (at: number) => number>>

export function prometheusOf(series: SeriesByName): Promise<Stage> {
  return stage((_method, url, body) => {
    const form = body === '' ? url.searchParams : new URLSearchParams(body)
    const expression = form.get('query') ?? ''
    const named = new RegExp(`^(?:${/__name__=~"([^"]+)"/.exec(expression)?.[1] ?? expression.split('{', 1)[0]})$`)
    const found = Object.entries(series).filter(([name]) => named.test(name))
    const sample = (of: (at: number) => number, seconds: number): [number, string] => [seconds, String(of(seconds * 1000))] // prettier-ignore
    const range = url.pathname.endsWith('/query_range')
    const times = range ? stepsOf(form) : [Number(form.get('time'))]
    const result = found.map(([name, of]) => ({
      metric: { __name__: name },
      ...(range
        ? { values: times.map((at) => sample(of, at)) }
        : { value: sample(of, times[0] ?? 0) }),
    }))
    const data = { resultType: range ? 'matrix' : 'vector', result }
    return { body: JSON.stringify({ status: 'success', data }) }
  }) // prettier-ignore
}

function stepsOf(form: URLSearchParams): number[] {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)))
  if (start === undefined || end === undefined || !(step !== undefined && step > 0)) return []
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => start + i * step)
}
