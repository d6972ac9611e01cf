// The read routes of /api/v1: a file per thing.
import type { ApiRoute } from './index.ts'
import { ALERTS } from './routes/alerts.ts'
import { COVERAGE } from './routes/coverage.ts'
import { DOCTOR } from './routes/doctor.ts'
import { DRAFTS } from './routes/drafts.ts'
import { INCIDENTS } from './routes/incidents.ts'
import { RECORDS } from './routes/records.ts'
import { RUNBOOKS } from './routes/runbooks.ts'

export const ROUTES: readonly ApiRoute[] = [
  ...INCIDENTS,
  ...DRAFTS,
  ...ALERTS,
  ...RUNBOOKS,
  ...COVERAGE,
  ...RECORDS,
  ...DOCTOR,
]
