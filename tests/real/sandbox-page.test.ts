// The sandbox's page in a real browser: what it draws, what it sends, what harm it does not let through.
import { accessSync } from 'node:fs'
import { SocketModeClient } from '@slack/socket-mode'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TOKENS } from '../../src/sandbox/seed.ts'
import { CARD, EVERYTHING, FINDING, MODAL } from '../sandbox/page/gallery.ts'
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

describe.skipIf(!present)('the page in Chromium (skipped without one: apt-get install chromium)', () => {
  let browser: Browser
  let harness: Harness
  let page: Page
  let app: SocketModeClient
  let heard: Record<string, unknown>[]
  /** How the app answers a submission: an ack's payload. */
  let answer: unknown
  let complaints: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(async () => await browser.close())

  beforeEach(async () => {
    harness = await createHarness()
    heard = []
    answer = undefined
    complaints = []
    app = new SocketModeClient({
      appToken: TOKENS.slackApp,
      clientOptions: { slackApiUrl: harness.slack.apiUrl },
    })
    const listen = async ({ ack, body }: Payload): Promise<void> => {
      heard.push(body)
      const [action] = (body['actions'] ?? []) as { action_id?: string }[]
      if (action?.action_id === 'silent') return
      await ack(
        body['type'] === 'view_submission'
          ? answer
          : body['command'] === '/spark'
            ? { text: 'Two *open* incidents' }
            : undefined,
      )
      if (action?.action_id === 'runbook')
        await callSlack(harness.slack, 'views.open', { trigger_id: body['trigger_id'], view: MODAL })
    }
    app.on('interactive', (payload: Payload) => void listen(payload))
    app.on('slash_commands', (payload: Payload) => void listen(payload))
    await app.start()
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    await page.goto(harness.url)
    await page.getByTestId('channel-general').waitFor()
  })
  afterEach(async () => {
    await page.close()
    await app.disconnect()
    await harness.close()
    expect(complaints).toEqual([])
  })

  const say = async (channel: string, message: Record<string, unknown>): Promise<string> =>
    (await callSlack(harness.slack, 'chat.postMessage', { channel, ...message }))['ts'] as string
  const until = async (holds: () => unknown): Promise<void> => {
    await expect.poll(holds, { timeout: 10_000, interval: 20 }).toBeTruthy()
  }
  const message = (ts: string) => page.locator('main').getByTestId(`message-${ts}`)

  it('draws every block without running what is in it', async () => {
    await page.getByTestId('channel-general').click()
    const ts = await say('C0GENERAL', EVERYTHING)
    await message(ts).waitFor()
    expect(await message(ts).innerText()).toContain('<script>document.title="owned"</script> <img src=x')
    expect(await message(ts).locator('script, img, iframe').count()).toBe(0)
    expect(
      await message(ts)
        .locator('a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['https://example.com/a_b?c=1&d=2'])
    expect(await page.title()).toBe('Arrestor sandbox')
  })

  it('asks before a press that says so, and sends it only on yes', async () => {
    const ts = await say('C0DATA', CARD)
    await message(ts).getByTestId('button-kill').click()
    await page.getByTestId('confirm').getByText('Work since its last commit is lost').waitFor()
    await page.getByTestId('confirm-deny').click()
    await message(ts).getByTestId('button-kill').click()
    await page.getByTestId('confirm').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('confirm').waitFor({ state: 'detached' })
    expect(heard).toEqual([])
    await message(ts).getByTestId('button-kill').click()
    await page.getByTestId('confirm-ok').click()
    await until(() => heard.length === 1)
    expect(heard[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0ALICE' },
      channel: { id: 'C0DATA' },
      message: { ts },
      actions: [{ action_id: 'kill', block_id: 'actions', value: 'inc-42', type: 'button' }],
    })
  })

  it('presses as whoever one is', async () => {
    const ts = await say('C0DATA', CARD)
    await page.getByTestId('user-U0MALLORY').click()
    await message(ts).getByTestId('button-ack').click()
    await until(() => heard.length === 1)
    expect(heard[0]).toMatchObject({ user: { id: 'U0MALLORY' } })
    await message(ts).getByTestId('button-more').click()
    await page.getByTestId('option-more-snooze').click()
    await until(() => heard.length === 2)
    expect(heard[1]).toMatchObject({ actions: [{ action_id: 'more', selected_option: { value: 'snooze' } }] })
  })

  it('sends what was picked, with the state of all other pickers', async () => {
    await page.getByTestId('channel-general').click()
    const ts = await say('C0GENERAL', EVERYTHING)
    await message(ts).getByTestId('choice-ticks-heap').check()
    await until(() => heard.length === 1)
    await message(ts).getByTestId('choice-mode-dry').check()
    await until(() => heard.length === 2)
    await message(ts).getByTestId('select-assign').selectOption('U0BOB')
    await until(() => heard.length === 3)
    expect(heard[2]).toMatchObject({
      actions: [{ action_id: 'assign', selected_user: 'U0BOB' }],
      state: {
        values: {
          picks: {
            ticks: { selected_options: [{ value: 'heap' }] },
            mode: { selected_option: { value: 'dry' } },
            assign: { selected_user: 'U0BOB' },
          },
        },
      },
    })
  })

  it('submits a modal: first with errors beside their fields, then for good', async () => {
    const ts = await say('C0DATA', CARD)
    await message(ts).getByTestId('button-runbook').click()
    const modal = page.getByTestId('modal')
    await modal.waitFor()
    await modal.getByTestId('modal-submit').click()
    await modal.getByText('Please complete this required field.').first().waitFor()
    await modal.getByTestId('input-text').fill('Too little memory')
    await modal.getByTestId('select-pick').selectOption('deterministic')
    await modal.getByTestId('choice-boxes-report').check()
    answer = { response_action: 'errors', errors: { cause: 'Name the job.' } }
    await modal.getByTestId('modal-submit').click()
    await modal.getByText('Name the job.').waitFor()
    expect(await modal.getByTestId('input-text').inputValue()).toBe('Too little memory')
    await modal.getByTestId('input-text').fill('orders-daily: too little memory')
    answer = undefined
    await modal.getByTestId('modal-submit').click()
    await modal.waitFor({ state: 'detached' })
    expect(heard.at(-1)).toMatchObject({
      type: 'view_submission',
      view: {
        callback_id: 'resolve',
        state: {
          values: {
            cause: { text: { value: 'orders-daily: too little memory' } },
            class: { pick: { selected_option: { value: 'deterministic' } } },
            follow: { boxes: { selected_options: [{ value: 'report' }] } },
            owner: { user: { selected_user: null } },
          },
        },
      },
    })
  })

  it('shows a slash command’s answer to the one who typed it, and to nobody else', async () => {
    await page.getByTestId('slash-input').fill('/spark list')
    await page.keyboard.press('Enter')
    await page.getByText('Only visible to you').waitFor()
    expect(heard).toMatchObject([
      { command: '/spark', text: 'list', user_id: 'U0ALICE', channel_id: 'C0DATA' },
    ])
    await page.getByTestId('user-U0BOB').click()
    await page.getByText('Only visible to you').waitFor({ state: 'detached' })
  })

  it('opens a thread, follows it live, and replies into it', async () => {
    const ts = await say('C0DATA', CARD)
    await say('C0DATA', { ...FINDING, thread_ts: ts })
    await page.getByTestId(`replies-${ts}`).click()
    const thread = page.getByTestId('thread')
    await thread.getByText('Why executors died').waitFor()
    await say('C0DATA', { text: 'And then there were none', thread_ts: ts })
    await thread.getByText('And then there were none').waitFor()
    await page.getByTestId('thread-input').fill('I am on it')
    await page.keyboard.press('Enter')
    await thread.getByText('I am on it').waitFor()
    expect(await page.locator('main').getByText('I am on it').count()).toBe(0)
  })

  it('says that the app did not respond', async () => {
    const silent = {
      type: 'button',
      action_id: 'silent',
      text: { type: 'plain_text', text: 'Silent' },
      value: 'x',
    }
    const ts = await say('C0DATA', { text: 'x', blocks: [{ type: 'actions', elements: [silent] }] })
    await message(ts).getByTestId('button-silent').click()
    await page.getByTestId('toast').getByText('did not respond within 3 seconds').waitFor()
    await page.getByTestId('warnings').getByText('did not respond').waitFor()
  })

  it('breaks something and makes it well again', async () => {
    await page.getByTestId('open-break').click()
    await page.getByTestId('break-streaming-lag').click()
    await page.getByTestId('toast').getByText('1 alert sent').waitFor()
    await page.getByRole('heading', { name: '#streaming-alerts', exact: true }).waitFor()
    await page.getByTestId('open-break').click()
    await page.getByTestId('break-well').click()
    await until(() => harness.service.received.length === 2)
    expect(harness.service.received.map(({ body }) => body['status'])).toEqual(['firing', 'resolved'])
  })

  it('comes back by itself after the sandbox was away', async () => {
    const port = Number(new URL(harness.url).port)
    await harness.close()
    await page.getByText('The sandbox has stopped answering').waitFor()
    harness = await createHarness({ port })
    await page.getByText('The sandbox has stopped answering').waitFor({ state: 'detached' })
    // The browser itself notes each failed attempt; that is no complaint about the page.
    complaints = complaints.filter((text) => !text.includes('ERR_'))
  })

  it('is usable at the width of a phone: nothing is wider than the screen, one pane at a time', async () => {
    const ts = await say('C0DATA', CARD)
    await message(ts).waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    for (const pane of ['channels', 'side', 'messages']) {
      await page.getByTestId(`pane-${pane}`).click()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      expect(await page.locator('.pane:visible').count()).toBe(1)
    }
    const buttons = message(ts).locator('.actions .button')
    for (const box of await buttons.evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().toJSON() as DOMBox),
    ))
      expect(box.right).toBeLessThanOrEqual(390)
  })

  it('works by keyboard alone', async () => {
    await page.getByTestId('open-break').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('break-executor-oom').focus()
    await page.keyboard.press('Enter')
    // A deployment is announced before the alert that it causes.
    await until(() => harness.service.received.some(({ body }) => body['status'] === 'firing'))
    await page.getByTestId('break-menu').waitFor({ state: 'detached' })
    const ts = await say('C0DATA', CARD)
    await message(ts).getByTestId('button-more').focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=menuitem]:focus').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await until(() => heard.length === 1)
    expect(heard[0]).toMatchObject({ actions: [{ selected_option: { value: 'escalate' } }] })
  })
})

type DOMBox = { right: number }
