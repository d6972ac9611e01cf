// The whole page: top bar, three panes, and whatever lies above them.
import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ConfirmationDialog } from '@slack/types'
import type { UiState } from '../ui-state.ts'
import { DeskProvider, type Desk, type Pane, type Side } from './desk.ts'
import { createForm, type Form } from './elements/form.ts'
import { BreakMenu } from './menus/break-menu.ts'
import { Confirm } from './menus/confirm.ts'
import { FaultsMenu } from './menus/faults-menu.ts'
import { Modal } from './menus/modal.ts'
import { Banner, Toasts, type Toast } from './menus/notices.ts'
import { Messages } from './panes/messages.ts'
import { SidePane } from './panes/side.ts'
import { Sidebar } from './panes/sidebar.ts'
import { PhoneBar, TopBar } from './panes/top-bar.ts'
import { useClock, useKept, useUnread } from './state.ts'
import { explain, follow, send } from './wire.ts'

type Question = { dialog: ConfirmationDialog; answer: (yes: boolean) => void }

const TOAST_MS = 6000

/** Waits for the first state, then draws everything from it. */
export function App(): VNode {
  const [ui, setUi] = useState<UiState | undefined>(undefined)
  const [connected, setConnected] = useState(true)
  useEffect(() => follow(setUi, setConnected), [])
  if (ui === undefined)
    return html`<p class="loading">${connected ? 'Opening the sandbox…' : 'The sandbox does not answer.'}</p>`
  return html`<${Workspace} ui=${ui} connected=${connected} />`
}

function Workspace({ ui, connected }: { ui: UiState; connected: boolean }): VNode {
  const [me, setMe] = useKept('arrestor-sandbox-user', ui.people[0]?.id ?? '')
  const [channel, setChannel] = useKept('arrestor-sandbox-channel', ui.slack.channels[0]?.id ?? '')
  const [side, setSide] = useState<Side>({ kind: 'pagerduty' })
  const [thread, setThread] = useState<string | undefined>(undefined)
  const [pane, setPane] = useState<Pane>('messages')
  const [menu, setMenu] = useState<'break' | 'faults' | undefined>(undefined)
  const [question, setQuestion] = useState<Question | undefined>(undefined)
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const forms = useRef(new Map<string, Form>())
  const now = useClock(15_000, ui)
  const unread = useUnread(ui, channel)

  const toast: Desk['toast'] = (text, tone = 'good') => {
    const id = Date.now() + Math.random()
    setToasts((all) => [...all.slice(-2), { id, text, tone }])
    setTimeout(() => setToasts((all) => all.filter((one) => one.id !== id)), TOAST_MS)
  }
  const names = useMemo(
    () => ({
      user: (id: string) =>
        id === ui.bot.id ? ui.bot.name : ui.people.find((one) => one.id === id)?.realName,
      channel: (id: string) => ui.slack.channels.find((one) => one.id === id)?.name,
      me,
      reader: { now },
    }),
    [ui, me, now],
  )
  const known = ui.slack.channels.some((one) => one.id === channel)
    ? channel
    : (ui.slack.channels[0]?.id ?? '')
  const desk: Desk = {
    ui,
    me,
    names,
    channel: known,
    side,
    toast,
    openChannel(id) {
      setChannel(id)
      setPane('messages')
      if (id !== known) {
        setThread(undefined)
        if (side.kind === 'thread') setSide({ kind: 'pagerduty' })
      }
    },
    openSide(next) {
      setSide(next)
      setPane('side')
      if (next.kind === 'thread') setThread(next.ts)
    },
    async act(action, body) {
      const result = await send(action, body)
      // A form's own errors stand beside its fields; everything else is said below.
      if (!result.ok && result.errors === undefined) toast(explain(result), 'bad')
      return result
    },
    confirm: (dialog) =>
      new Promise((resolve) => {
        setQuestion({
          dialog,
          answer(yes) {
            setQuestion(undefined)
            resolve(yes)
          },
        })
      }),
    openMenu: setMenu,
    form(key) {
      const form = forms.current.get(key) ?? createForm()
      forms.current.set(key, form)
      return form
    },
  }
  const stack = ui.slack.views.find((one) => one.user === me)?.stack ?? []
  const view = stack.at(-1)
  return html`<${DeskProvider} value=${desk}>
    <div class=${`page show-${pane}`}>
      <${TopBar} />
      <${Banner} connected=${connected} />
      <div class="panes">
        <${Sidebar} unread=${unread} onUser=${setMe} />
        <${Messages} />
        <${SidePane} thread=${thread} onBack=${() => setPane('messages')} />
      </div>
      <${PhoneBar} pane=${pane} onPane=${setPane} unread=${unread} />
    </div>
    ${view === undefined ? null : html`<${Modal} key=${view.id} view=${view} depth=${stack.length} />`}
    ${menu === 'break' ? html`<${BreakMenu} onClose=${() => setMenu(undefined)} />` : null}
    ${menu === 'faults' ? html`<${FaultsMenu} onClose=${() => setMenu(undefined)} />` : null}
    ${
      question === undefined
        ? null
        : html`<${Confirm} dialog=${question.dialog} names=${names} onAnswer=${question.answer} />`
    }
    <${Toasts} toasts=${toasts} />
  <//>`
}
