// Every alert source, by the path segment its webhooks arrive under.
import type { Source } from '../alerts/source.ts'
import { alertmanager } from './alertmanager/index.ts'

export const SOURCES: ReadonlyMap<string, Source> = new Map(
  [alertmanager].map((source) => [source.name, source]),
)
