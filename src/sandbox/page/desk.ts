// What every part of the page shares: the state, who is looking, and the ways to act.
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ConfirmationDialog } from '@slack/types'
import type { UiResult, UiState } from '../ui-state.ts'
import type { Form } from './elements/form.ts'
import type { Names } from './text/view.ts'

/** The right-hand pane: a thread of the open channel, or one of the two other systems. */
export type Side = { kind: 'thread'; ts: string } | { kind: 'pagerduty' } | { kind: 'spark' }

/** On a phone one pane is seen at a time. */
export type Pane = 'channels' | 'messages' | 'side'

export type Desk = {
  ui: UiState
  me: string
  names: Names
  channel: string
  side: Side
  openChannel: (id: string) => void
  openSide: (side: Side) => void
  /** Sends and, when refused, says why in a toast. */
  act: (action: string, body: Record<string, unknown>) => Promise<UiResult>
  toast: (text: string, tone?: 'good' | 'bad') => void
  confirm: (dialog: ConfirmationDialog) => Promise<boolean>
  openMenu: (menu: 'break' | 'faults') => void
  /** The form of a message or a view, by its id; the same object each time. */
  form: (key: string) => Form
}

const DeskContext = createContext<Desk | undefined>(undefined)

/** Gives the desk to everything below. */
export const DeskProvider = DeskContext.Provider

/** The desk; only called below the provider. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (desk === undefined) throw new Error('useDesk outside of the page.')
  return desk
}
