// Modals and files of the sandbox's page in a real browser: ticking, thinking better of it, phone, keyboard, dark.
import { accessSync } from 'node:fs'
import { SocketModeClient } from '@slack/socket-mode'
import { WebClient } from '@slack/web-api'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TOKENS } from '../../src/sandbox/seed.ts'
import { callSlack, createHarness, type Harness } from '../sandbox/page/harness.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  )
const present = (() => {
  try {
    accessSync(CHROMIUM)
    return true
  } catch {
    return false
  }
})()

type Payload = { ack: (answer?: unknown) => Promise<void>; body: Record<string, unknown> }

const plain = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({
  text: plain(`Step ${value}`),
  value,
  description: plain('as the runbook says'),
})
const STEPS = {
  type: 'modal',
  callback_id: 'steps',
  title: plain('Executor out of memory'),
  submit: plain('Save'),
  blocks: [
    {
      type: 'section',
      block_id: 'steps',
      text: { type: 'mrkdwn', text: '*Look at the heap*\nThe last hour is enough.' },
      accessory: {
        type: 'checkboxes',
        action_id: 'tick',
        options: ['1', '2', '3'].map(option),
        initial_options: [option('1')],
      },
    },
    {
      type: 'actions',
      block_id: 'useful',
      elements: [
        {
          type: 'radio_buttons',
          action_id: 'verdict',
          options: [option('yes'), option('no')],
          confirm: {
            title: plain('Sure?'),
            text: plain('It counts.'),
            confirm: plain('Yes'),
            deny: plain('No'),
          },
        },
        {
          type: 'button',
          action_id: 'kill',
          style: 'danger',
          text: plain('Kill'),
          confirm: {
            title: plain('Kill it?'),
            text: plain('For good.'),
            confirm: plain('Kill'),
            deny: plain('Keep'),
          },
        },
      ],
    },
    {
      type: 'input',
      block_id: 'mib',
      label: plain('Overhead in MiB'),
      hint: plain('Between 512 and 8192'),
      element: {
        type: 'number_input',
        action_id: 'n',
        is_decimal_allowed: false,
        min_value: '512',
        max_value: '8192',
      },
    },
    {
      type: 'input',
      block_id: 'note',
      optional: true,
      label: plain('Note'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 200 },
    },
  ],
}

describe.skipIf(!present)(
  'forms and files in Chromium (skipped without one: apt-get install chromium)',
  () => {
    let browser: Browser
    let harness: Harness
    let page: Page
    let app: SocketModeClient
    let heard: Record<string, unknown>[]
    let complaints: string[]

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
    })
    afterAll(async () => await browser.close())

    beforeEach(async () => {
      harness = await createHarness()
      heard = []
      complaints = []
      const clientOptions = { slackApiUrl: harness.slack.apiUrl }
      app = new SocketModeClient({ appToken: TOKENS.slackApp, clientOptions })
      app.on('interactive', ({ ack, body }: Payload) => {
        heard.push(body)
        void ack()
      })
      app.on('slash_commands', ({ ack, body }: Payload) => {
        const opened = callSlack(harness.slack, 'views.open', { trigger_id: body['trigger_id'], view: STEPS })
        void opened.then(async () => await ack())
      })
      await app.start()
      page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      await page.goto(harness.url)
      await page.getByTestId('slash-input').fill('/spark list')
      await page.keyboard.press('Enter')
      await page.getByTestId('modal').waitFor()
    })
    afterEach(async () => {
      await page.close()
      await app.disconnect()
      await harness.close()
      expect(complaints).toEqual([])
    })

    const until = async (holds: () => unknown): Promise<void> => {
      await expect.poll(holds, { timeout: 10_000, interval: 20 }).toBeTruthy()
    }
    const modal = () => page.getByTestId('modal')
    const tick = (value: string) => modal().getByTestId(`choice-tick-${value}`)

    it('ticks by keyboard, one after the other, without losing the place', async () => {
      expect(await modal().getByRole('group', { name: 'Look at the heap' }).count()).toBe(1)
      await tick('2').focus()
      await page.keyboard.press('Space')
      await until(() => heard.length === 1)
      expect(await tick('2').evaluate((box) => box === document.activeElement)).toBe(true)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      await until(() => heard.length === 2)
      expect(heard[1]).toMatchObject({
        container: { type: 'view' },
        actions: [{ action_id: 'tick', selected_options: [{ value: '1' }, { value: '2' }, { value: '3' }] }],
        view: { state: { values: { steps: { tick: { selected_options: [{}, {}, {}] } } } } },
      })
    })

    it('shows what the app makes of a tick, and submits only what is still there', async () => {
      await modal().getByTestId('input-text').fill('half typed')
      await tick('2').check()
      await until(() => heard.length === 1)
      const [{ view }] = heard as [{ view: { id: string; hash: string } }]
      const { id, hash } = view
      const blocks = structuredClone(STEPS.blocks) as Record<string, { options?: unknown[] }>[]
      const boxes = blocks[0]?.['accessory'] as { options: unknown[]; initial_options: unknown[] }
      boxes.options = [option('2'), option('4')]
      boxes.initial_options = [option('2')]
      await callSlack(harness.slack, 'views.update', { view_id: id, hash, view: { ...STEPS, blocks } })
      await tick('4').waitFor()
      expect(await tick('2').isChecked()).toBe(true)
      await modal().getByTestId('input-n').fill('100')
      await modal().getByTestId('modal-submit').click()
      await modal().getByText('Please enter a number no less than 512.').waitFor()
      await modal().getByTestId('input-n').fill('1024')
      await modal().getByTestId('modal-submit').click()
      await modal().waitFor({ state: 'detached' })
      expect(heard.at(-1)).toMatchObject({
        type: 'view_submission',
        view: {
          state: {
            values: {
              steps: { tick: { selected_options: [{ value: '2' }] } },
              mib: { n: { value: '1024' } },
              note: { text: { value: 'half typed' } },
            },
          },
        },
      })
    })

    it('asks before a choice and a button that say so; thinking better of it leaves all as it was', async () => {
      const no = modal().getByTestId('choice-verdict-no')
      await no.click()
      await page.getByTestId('confirm-deny').click()
      await page.getByTestId('confirm').waitFor({ state: 'detached' })
      expect(await no.isChecked()).toBe(false)
      await modal().getByTestId('button-kill').click()
      await page.getByTestId('confirm-deny').click()
      expect(heard).toEqual([])
      await no.click()
      await page.getByTestId('confirm-ok').click()
      await until(() => heard.length === 1)
      expect(heard[0]).toMatchObject({
        actions: [{ action_id: 'verdict', selected_option: { value: 'no' } }],
      })
    })

    it('fits a phone and is read in light and dark', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
        const wide = await modal()
          .locator('label, input, textarea, button')
          .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > 390).length)
        expect(wide).toBe(0)
      }
      const names = await modal()
        .locator('input:not([type=checkbox]):not([type=radio]), textarea')
        .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).labels?.[0]?.innerText ?? ''))
      expect(names.map((name) => name.trim())).toEqual(['Overhead in MiB', 'Note (optional)'])
    })

    it('shows an uploaded file with how it begins, and hands it over', async () => {
      await modal().getByTestId('modal-close').click()
      const client = new WebClient(TOKENS.slackBot, { slackApiUrl: harness.slack.apiUrl })
      const content = `# Out of memory\n\n<script>document.title="owned"</script>\n${'line\n'.repeat(400)}`
      await client.filesUploadV2({ channel_id: 'C0DATA', filename: 'oom.md', content })
      const file = page.getByTestId('file-oom.md')
      await file.getByText('# Out of memory').waitFor()
      await file.getByText(/\d+ more lines/).waitFor()
      const arrives = page.waitForEvent('download')
      await file.getByRole('link', { name: 'Download oom.md' }).click()
      const download = await arrives
      expect(download.suggestedFilename()).toBe('oom.md')
      expect(await page.title()).toBe('Arrestor sandbox')
    })
  },
)
