// The master's HTML pages as far as anybody presses something on them: the list of applications with its kill buttons.

/** The home page of one recording with the rows of all running applications in place of the recorded one. */
export function homePage(recorded: string, recordedRow: string | null, rows: readonly string[]): string {
  return recordedRow === null ? recorded : recorded.replace(recordedRow, () => rows.join(''))
}

/** The table row of one application, kill button included; null where the page has none. */
export function rowOf(html: string, appId: string): string | null {
  return (
    [...html.matchAll(/<tr>[\s\S]*?<\/tr>/g)]
      .map(([row]) => row)
      .find((row) => row.includes(`app/?appId=${appId}"`)) ?? null
  )
}

/** The token that this page's kill buttons carry; null on the lines that have none. */
export function csrfTokenOf(html: string): string | null {
  return /name="csrfToken" value="([^"]+)"/.exec(html)?.[1] ?? null
}

/** Spark's error page: the title alone says what was wrong. */
export function errorPage(status: number, message: string): string {
  return `<html>\n<head>\n<title>Error ${status} ${message}</title>\n</head>\n<body>\n<h2>HTTP ERROR ${status} ${message}</h2>\n</body>\n</html>\n`
}

/** What a person sees who follows a link into a replayed Spark: that it is a replay, and the raw answers. */
export function replayPage(title: string, appId: string, links: readonly string[]): string {
  const items = links.map((link) => `<li><a href="${link}">${link}</a></li>`).join('\n')
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${appId}</title></head>
<body style="font-family: sans-serif; max-width: 40em; margin: 3em auto"><h1>${appId}</h1>
<p>${title}. This Spark is a replay of a real one: its web pages are not recorded, its REST answers are.</p>
<ul>${items}</ul></body></html>\n`
}
