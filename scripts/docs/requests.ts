// docs/schema/<type>.json: the bodies that actions send by webhook, for whoever receives them.
import * as z from 'zod'
import { REQUESTS, type RequestType, requestSchema } from '../../src/remediation/requests.ts'
import type { Page } from './pages.ts'

export function requestPages(): readonly Page[] {
  return (Object.keys(REQUESTS) as RequestType[]).map((type) => ({
    file: `docs/schema/${type}.json`,
    make: () =>
      `${JSON.stringify({ title: type, ...z.toJSONSchema(requestSchema(type), { io: 'input' }) }, null, 2)}\n`,
  }))
}
