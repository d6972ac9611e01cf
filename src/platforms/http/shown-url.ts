// An address as people may see it.

/** A URL for people: without credentials and query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}
