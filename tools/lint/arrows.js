// The arrows of the house as a lint rule: which room may import which. One table, read top to bottom;
// a room may import those named beside it and itself. `docs/architecture.md` explains why.
import path from 'node:path'

const BASE = ['errors', 'ports', 'secrets', 'utc']
const DOMAIN = ['alerts', 'runbooks', 'incidents', 'diagnosis', 'remediation', 'escalation']

/** @type {Record<string, string[] | '*'>} */
export const ARROWS = {
  errors: [],
  secrets: [],
  utc: [],
  ports: ['errors', 'alerts'],
  send: [],
  'write-once': [...BASE, 'send'],
  store: ['errors', 'ports', 'telemetry'],
  telemetry: BASE,
  alerts: [...BASE, 'store'],
  runbooks: [...BASE, 'store', 'alerts'],
  incidents: [...BASE, 'store', 'alerts', 'runbooks'],
  diagnosis: [...BASE, 'store', 'alerts', 'runbooks', 'incidents'],
  remediation: [...BASE, 'store', 'alerts', 'runbooks', 'incidents'],
  escalation: [...BASE, 'store', 'alerts', 'runbooks', 'incidents'],
  reports: [...BASE, 'store', ...DOMAIN],
  flow: [...BASE, 'store', 'telemetry', ...DOMAIN],
  // config composes what the rooms export; the type it makes for flow is flow's own.
  config: [
    ...BASE,
    ...DOMAIN,
    'flow',
    'sources',
    'platforms',
    'checkout',
    'slack',
    'pagerduty',
    'http',
    'store',
    'telemetry',
  ],
  sources: [...BASE, 'alerts'],
  checkout: [...BASE, 'runbooks', 'escalation'],
  platforms: [...BASE, 'send', 'write-once', 'alerts', 'diagnosis', 'telemetry'],
  // Drawing knows what a chart is, and nobody but who shows it knows of drawing.
  charts: ['errors', 'diagnosis'],
  slack: [...BASE, 'store', 'telemetry', 'flow', 'charts', ...DOMAIN],
  pagerduty: [...BASE, 'store', 'telemetry', 'flow', ...DOMAIN],
  http: [...BASE, 'write-once', 'store', 'telemetry', 'flow', ...DOMAIN],
  sandbox: [],
  cli: '*',
  main: '*',
  service: '*',
  'node-version': [],
}

/** The room a file of src/ belongs to: its first folder, or its own name at the top. */
function roomOf(file) {
  const parts = path.relative(path.join(process.cwd(), 'src'), file).split(path.sep)
  if (parts[0] === undefined || parts[0] === '..') return undefined
  return parts.length === 1 ? parts[0].replace(/\.[jt]s$/, '') : parts[0]
}

const rule = {
  meta: { type: 'problem', docs: { description: 'imports follow the arrows between rooms' } },
  create(context) {
    const from = roomOf(context.filename)
    if (from === undefined) return {}
    const check = (node) => {
      const specifier = node.source?.value
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return
      const to = roomOf(path.resolve(path.dirname(context.filename), specifier))
      if (to === undefined || to === from) return
      const allowed = ARROWS[from]
      if (allowed === undefined)
        context.report({ node, message: `Room "${from}" is not in tools/lint/arrows.js.` })
      else if (to === 'sandbox' && from !== 'cli')
        context.report({ node, message: 'Only the CLI and tests import the sandbox.' })
      else if (allowed !== '*' && !allowed.includes(to))
        context.report({ node, message: `"${from}" may not import "${to}" (tools/lint/arrows.js).` })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    }
  },
}

export default { meta: { name: 'arrestor' }, rules: { arrows: rule } }
