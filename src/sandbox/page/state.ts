// Small memories of the page: kept choices, the clock that ages "3 minutes ago", and what has not been read.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { UiState } from '../ui-state.ts'

/** A string that survives a reload in this browser. */
export function useKept(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(localStorage.getItem(key) ?? initial)
  const keep = (next: string): void => {
    localStorage.setItem(key, next)
    setValue(next)
  }
  return [value, keep]
}

/** The time in milliseconds, renewed every `period` and whenever there is news. */
export function useClock(period: number, news: unknown): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), period)
    return () => clearInterval(timer)
  }, [period, news])
  return now
}

/** How many messages each channel has had since it was last open; the open one is always read. */
export function useUnread(ui: UiState, open: string): Readonly<Record<string, number>> {
  const read = useRef<Record<string, string>>({})
  const unread: Record<string, number> = {}
  for (const channel of ui.slack.channels) {
    const top = channel.messages.filter((one) => one.thread_ts === undefined || one.thread_ts === one.ts)
    const last = top.at(-1)?.ts ?? '0'
    // What was there when the page was opened counts as read.
    const mark = channel.id === open ? last : (read.current[channel.id] ?? last)
    read.current[channel.id] = mark
    unread[channel.id] = top.filter((one) => Number(one.ts) > Number(mark)).length
  }
  return unread
}
