// Presses the kill button of a standalone master's web page as a browser would: with every hidden field of its form.

/** Asks a master to end an application; answers the HTTP status, or null where its page shows no kill button. */
export async function pressKill(masterUrl: string, appId: string): Promise<number | null> {
  const page = await (await fetch(`${masterUrl}/`)).text()
  const form = page.split('<form').find((part) => part.includes('app/kill/') && part.includes(`"${appId}"`))
  if (form === undefined) return null
  const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name, value]): [string, string] => [name ?? '', value ?? ''],
  )
  const response = await fetch(`${masterUrl}/app/kill/`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
  return response.status
}
