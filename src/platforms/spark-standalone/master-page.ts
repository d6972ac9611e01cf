// Reads the two things that only the master's HTML pages tell: the driver UI's address, and the kill button's form.

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

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
