// What a person has who checks a finding by hand: its quoted figures, and the answers behind the links beside them.
import type { Evidence } from '../../../src/diagnosis/model.ts'

export type Json = unknown
export type Row = Readonly<Record<string, unknown>>

export interface Behind {
  /** All figures, one a line. */
  readonly text: string
  /** Some of it is shown by a Prometheus. */
  readonly watched: boolean
  /** The answer behind the one link that ends so; throws naming the links there are. */
  answer(end: RegExp): Json
  /** The first match's first group in the figures; throws where the figures do not say it. */
  said(pattern: RegExp): string
}

/** What answers in figures; other links are pages that show them to people. */
const FIGURES = /\/api\/v1\/|\/metrics\/json\/$|\/graph\?/

/** Follows every link to figures. A page of Prometheus is asked as the page itself asks. */
export async function lookBehind(evidence: readonly Evidence[]): Promise<Behind> {
  const links = [...new Set(evidence.flatMap(({ link }) => link ?? []))].filter((link) => FIGURES.test(link))
  const answers = await Promise.all(links.map(async (link) => [link, await follow(link)] as const))
  const text = evidence.map((one) => one.text).join('\n')
  return {
    text,
    watched: links.some((link) => link.includes('/graph?')),
    answer(end) {
      const found = answers.filter(([link]) => end.test(link))
      if (found.length !== 1)
        throw new Error(`${found.length} of these links are ${end}: ${links.join(', ')}`)
      return found[0]?.[1]
    },
    said(pattern) {
      const said = pattern.exec(text)?.[1]
      if (said === undefined) throw new Error(`The figures do not say ${pattern}: ${text}`)
      return said
    },
  }
}

async function follow(link: string): Promise<Json> {
  const url = new URL(link)
  const response = await fetch(url.pathname.endsWith('/graph') ? asGraph(url) : url)
  if (!response.ok) throw new Error(`${link} answers ${response.status}`)
  return response.json()
}

/** What Prometheus's page asks its API for. */
function asGraph({ origin, searchParams: on }: URL): URL {
  const instant = on.get('g0.tab') === '1'
  const at = Date.parse(`${on.get(instant ? 'g0.moment_input' : 'g0.end_input')}Z`) / 1000
  const asked = new URL(instant ? '/api/v1/query' : '/api/v1/query_range', origin)
  asked.searchParams.set('query', on.get('g0.expr') ?? '')
  if (instant) asked.searchParams.set('time', String(at))
  else {
    asked.searchParams.set('start', String(at - Number.parseInt(on.get('g0.range_input') ?? '', 10)))
    asked.searchParams.set('end', String(at))
    asked.searchParams.set('step', on.get('g0.step_input') ?? '')
  }
  return asked
}
