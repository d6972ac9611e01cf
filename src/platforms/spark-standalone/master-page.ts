// Reads what only the master's HTML pages tell: the driver UI's address, how executors ended, and the kill button's form.

/** The address of the driver UI on an application's page (`/app/?appId=`), made absolute; null when it has ended. */
export function driverUiOf(html: string, pageUrl: string): string | null {
  const href = /<a\s+href="([^"]+)"[^>]*>\s*Application Detail UI/.exec(html)?.[1]
  if (href === undefined || !URL.canParse(unescaped(href), pageUrl)) return null
  const url = new URL(unescaped(href), pageUrl)
  return url.protocol === 'http:' || url.protocol === 'https:'
    ? `${url.origin}${url.pathname.replace(/\/+$/, '')}`
    : null
}

/**
 * The fields that the kill button of one application sends (`id`, `terminate`, and since 4.x a `csrfToken`), from
 * the master's home page. Null where there is no such button: the application is not active, or
 * `spark.ui.killEnabled` is false.
 */
export function killFormOf(html: string, appId: string): Map<string, string> | null {
  for (const [, action, body] of html.matchAll(/<form\s+action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)) {
    if (action?.endsWith('app/kill/') !== true || body === undefined) continue
    const fields = new Map<string, string>()
    for (const [tag] of body.matchAll(/<input\b[^>]*>/g)) {
      const name = /\bname="([^"]*)"/.exec(tag)?.[1]
      const value = /\bvalue="([^"]*)"/.exec(tag)?.[1]
      if (name !== undefined && value !== undefined) fields.set(unescaped(name), unescaped(value))
    }
    if (fields.get('id') === appId) return fields
  }
  return null
}

/** Whether the page of an application leads to its parts through the master (`spark.ui.reverseProxy`). */
export function isProxied(html: string): boolean {
  return /href="[^"]*\/proxy\/(?:app|worker)-/.test(html)
}

/**
 * Whether the master's home page, which links every worker alive, leads to this one through the master. Workers stand
 * first on it; applications below link what they like.
 */
export function isWorkerProxied(html: string, worker: string): boolean {
  const links = [...html.matchAll(/<a\s+href="([^"]*)"[^>]*>([^<]*)<\/a>/g)]
  const [, href = ''] = links.find(([, , text = '']) => text.trim() === worker) ?? []
  return href.endsWith(`/proxy/${worker}`)
}

export interface PageExecutor {
  readonly id: string
  readonly worker: string
  readonly memoryMb: number | null
  /** As the master says: LAUNCHING, RUNNING, KILLED, FAILED, LOST, EXITED, DECOMMISSIONED. */
  readonly state: string
}

/** Executors in the tables of an application's page, those alive and those that are gone; of an id the last told. */
export function executorsOn(html: string): readonly PageExecutor[] {
  const found = new Map<string, PageExecutor>()
  for (const [table] of html.matchAll(/<table\b[\s\S]*?<\/table>/g)) {
    const names = [...table.matchAll(/<th\b[^>]*>([\s\S]*?)<\/th>/g)].map(([, name = '']) => textOf(name))
    const [id, worker, memory, state] = ['ExecutorID', 'Worker', 'Memory', 'State'].map((name) =>
      names.indexOf(name),
    )
    if (id === undefined || worker === undefined || state === undefined || Math.min(id, worker, state) < 0)
      continue
    for (const [, row = ''] of table.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/g)) {
      const cells = [...row.matchAll(/<td\b[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => textOf(cell))
      const [own = '', home = '', word = ''] = [cells[id], cells[worker], cells[state]]
      const mb = Number(cells[memory ?? -1] ?? Number.NaN)
      if (own !== '' && word !== '')
        found.set(own, { id: own, worker: home, memoryMb: Number.isFinite(mb) ? mb : null, state: word })
    }
  }
  return [...found.values()]
}

function textOf(html: string): string {
  return unescaped(html.replaceAll(/<[^>]*>/g, '')).trim()
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
