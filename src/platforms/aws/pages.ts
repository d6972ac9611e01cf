// Lists of AWS that come page by page, so many of them and no more.

/** Pages in order, at most `limit`; null pages (nothing there) end it. `next` names what leads to the one after. */
export async function pagesOf<Page>(
  limit: number,
  ask: (token: string | undefined) => Promise<Page | null>,
  next: (page: Page) => string | null | undefined,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  let token: string | undefined
  do {
    const page = await ask(token)
    if (page === null) break
    pages.push(page)
    token = next(page) || undefined
  } while (token !== undefined && pages.length < limit)
  return pages
}

/** The same where what leads on has one name on both sides (`Marker`, `nextToken`): it is sent along as it came. */
export function pagesBy<
  Name extends string,
  Page extends { readonly [name in Name]?: string | null | undefined },
>(
  name: Name,
  limit: number,
  ask: (sent: Readonly<Record<string, string>>) => Promise<Page | null>,
): Promise<readonly Page[]> {
  return pagesOf(
    limit,
    (token) => ask(token === undefined ? {} : { [name]: token }),
    (page) => page[name],
  )
}
