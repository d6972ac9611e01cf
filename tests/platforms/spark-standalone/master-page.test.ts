// The two things that only the master's HTML tells, read from the pages of real masters.
import { describe, expect, it } from 'vitest'
import {
  driverUiOf,
  isWorkerProxied,
  killFormOf,
} from '../../../src/platforms/spark-standalone/master-page.ts'
import { loadRecording } from '../../../src/sandbox/spark/recording.ts'

describe.each(['3.5', '4'])('the pages of a master of Spark %s', (line) => {
  const { live, ended } = loadRecording('executor-oom', line)

  it('link the driver UI of a running application', () => {
    expect(driverUiOf(String(live.master['/app/'].body), 'http://spark-master:8080/app/')).toBe(
      'http://spark-driver:4040',
    )
  })

  it('link none of an ended one', () => {
    expect(driverUiOf(String(ended.master['/app/'].body), 'http://spark-master:8080/app/')).toBeNull()
  })

  it('have a kill button for it, with the token where the line has one', () => {
    const form = killFormOf(String(live.master['/'].body), live.appId)
    expect([...form!.keys()]).toEqual(line === '4' ? ['id', 'terminate', 'csrfToken'] : ['id', 'terminate'])
    expect(form?.get('terminate')).toBe('true')
  })

  it('have none once it has ended', () => {
    expect(killFormOf(String(ended.master['/'].body), ended.appId)).toBeNull()
  })
})

describe('odd pages', () => {
  it('a proxied link is made absolute', () => {
    const html = '<a href="/proxy/app-1">Application Detail UI</a>'
    expect(driverUiOf(html, 'https://gateway/spark/app/?appId=app-1')).toBe('https://gateway/proxy/app-1')
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'ftp://x/', 'http://['])(
    'a link to %s is none',
    (href) => {
      expect(driverUiOf(`<a href="${href}">Application Detail UI</a>`, 'http://m/app/')).toBeNull()
    },
  )

  it('a worker is behind the master where its own link says so, not another’s or an application’s', () => {
    const link = (href: string, text: string): string => `<td>\n<a href="${href}">\n  ${text}\n</a></td>`
    const [one, longer] = ['worker-1-a-7078', 'worker-1-a-70789']
    const proxied = link(`https://gateway/spark/proxy/${one}`, one)
    expect(isWorkerProxied(link(`/proxy/${longer}`, longer) + proxied, one)).toBe(true)
    expect(isWorkerProxied(link(`/proxy/${longer}`, longer), one)).toBe(false)
    const forged = link(`http://x/proxy/${one}`, 'orders-daily') + link(`http://x/proxy/${one}`, one)
    expect(isWorkerProxied(link('http://a:8081', one) + forged, one)).toBe(false)
  })

  it('a form for another thing is none', () => {
    const html = '<form action="driver/kill/"><input name="id" value="app-1"/></form>'
    expect(killFormOf(html, 'app-1')).toBeNull()
  })
})
