// docs/configuration.md from the schemas of arrestor.yml and the table of environment variables.
import * as z from 'zod'
import { ConfigSchema } from '../../src/config/schema.ts'
import { VARIABLES } from './environment.ts'
import { code, table } from './markdown.ts'

/** The part of JSON Schema that zod makes of ours. */
export interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly additionalProperties?: Node | false
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
}

export interface Key {
  /** `teams.<name>.channel`, `routing.routes[].team`. */
  readonly path: string
  readonly node: Node
  readonly required: boolean
}

export function configurationSchema(): Node {
  return z.toJSONSchema(ConfigSchema, { io: 'input', reused: 'inline' }) as Node
}

/** Every key of the file, parents before children. */
export function keysOf(node: Node, path = ''): Key[] {
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(isContainer)
  if (variants.length > 0)
    return variants.flatMap((variant) =>
      // Of several forms one is chosen: none of their keys is required by itself, unless a word says which form it is.
      keysOf(variant, path).map((key) => ({
        ...key,
        required: key.required && (variants.length === 1 || isNamed(variant)),
      })),
    )
  if (node.items !== undefined) return keysOf(node.items, `${path}[]`)
  if (node.properties === undefined) {
    const inner = node.additionalProperties
    return typeof inner === 'object' ? keysOf(inner, `${path}.<name>`) : []
  }
  return Object.entries(node.properties).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [{ path: at, node: child, required: node.required?.includes(name) ?? false }, ...keysOf(child, at)]
  })
}

const isContainer = (node: Node): boolean =>
  node.properties !== undefined || node.items !== undefined || typeof node.additionalProperties === 'object'

/** Of a kind that it names itself (`kind: databricks`). */
const isNamed = (node: Node): boolean =>
  Object.values(node.properties ?? {}).some((child) => child.const !== undefined)

export function configurationPage(): string {
  const schema = configurationSchema()
  const top = Object.entries(schema.properties ?? {})
  return `# Configuration

What belongs in git is in \`arrestor.yml\` (another file: \`--config\` or \`ARRESTOR_CONFIG\`); secrets come from the
environment. \`arrestor.example.yml\` shows a whole file. Anywhere in it, \`\${NAME}\` is filled with the environment
variable of that name, or with the content of the file that \`NAME_FILE\` names.

A mistake stops the start: every one is told with file, line and mend ([ARR-101](errors.md#arr-101)). Editors that
know JSON Schema check while you type:

\`\`\`yaml
# yaml-language-server: $schema=./arrestor.schema.json
\`\`\`

Durations are written \`90s\`, \`5m\`, \`1h\`. Names are lower-case letters, digits and hyphens. Matchers have
Alertmanager's syntax (\`alertname=~"Spark.*"\`).

${top.map(([name, node]) => section(name, node, schema.required?.includes(name) ?? false)).join('\n\n')}

## Environment

Each of these may also be given as \`<NAME>_FILE\` where the table says so.

${table(
  ['variable', 'default', '_FILE', 'meaning'],
  VARIABLES.map(({ name, otherwise, file, meaning }) => [
    code(name),
    otherwise === '' ? '' : code(otherwise),
    file ? 'yes' : '',
    meaning,
  ]),
)}`
}

function section(name: string, node: Node, required: boolean): string {
  const says = node.description ?? ''
  const keys = keysOf(node, name)
  const heading = `## ${name}\n\n${says.charAt(0).toUpperCase()}${says.slice(1)}.${required ? ' Required.' : ''}`
  if (keys.length === 0) return heading
  return `${heading}\n\n${table(
    ['key', 'kind', 'default', 'meaning'],
    keys.map((key) => [code(key.path), kindOf(key.node), defaultOf(key), key.node.description ?? '']),
  )}`
}

function defaultOf({ node, required }: Key): string {
  if (required) return '**required**'
  return node.default === undefined ? '' : code(JSON.stringify(node.default))
}

/** What a value looks like, in words. */
export function kindOf(node: Node): string {
  const variants = node.anyOf ?? node.oneOf
  if (variants !== undefined) return [...new Set(variants.map(kindOf))].join(' or ')
  if (node.const !== undefined) return code(bare(node.const))
  if (node.enum !== undefined) return node.enum.map((value) => code(bare(value))).join(', ')
  if (node.items !== undefined) return `list of ${kindOf(node.items)}`
  if (node.type === 'object') return 'mapping'
  if (node.type === 'integer' || node.type === 'number')
    return node.minimum === undefined ? 'number' : `${node.minimum} to ${node.maximum}`
  if (node.format === 'uri') return 'address'
  return node.pattern === undefined
    ? (node.type ?? 'anything')
    : (PATTERNS[node.pattern] ?? code(node.pattern))
}

const bare = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Words for the patterns that everybody would have to decipher. */
const PATTERNS: Readonly<Record<string, string>> = {
  '^[a-z0-9][a-z0-9-]{0,62}$': 'name',
  '^[CG][A-Z0-9]{2,20}$': 'Slack channel id',
  '^[USW][A-Z0-9]{2,20}$': 'Slack user or user group id',
  '^[USW][A-Z0-9]+$': 'Slack user or user group id',
  '^\\d{1,6}(ms|s|m|h|d)$': 'duration',
  '^[A-Za-z0-9]{32}$': '32 letters and digits',
  '^[A-Z0-9]{4,}$': 'PagerDuty id',
  '^https?:\\/\\/.*\\{app_id\\}': 'address with `{app_id}`',
}
