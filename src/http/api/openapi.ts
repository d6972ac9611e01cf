// The OpenAPI 3.1 document, made from the schemas that the routes answer by.
import * as z from 'zod'
import type { ApiRoute } from './index.ts'

const ERROR = {
  description: 'Why not',
  content: {
    'application/json': {
      schema: { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] },
    },
  },
}

/** A document of every read route. */
export function openApiDocument(routes: readonly ApiRoute[]): Record<string, unknown> {
  const schemas: Schemas = new Map()
  const paths = Object.fromEntries(routes.map((route) => [route.path, pathOf(route, schemas)]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Arrestor',
      version: '1',
      description: 'Incidents of Spark platforms: read access.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries([...schemas].sort(([x], [y]) => (x < y ? -1 : 1))),
    },
    paths,
  }
}

/** The schemas that have a name, once each, for `components`. */
type Schemas = Map<string, unknown>

function pathOf(route: ApiRoute, schemas: Schemas): Record<string, unknown> {
  return {
    get: {
      operationId: operationId(route.path),
      summary: route.summary,
      parameters: [...pathParameters(route.path), ...queryParameters(route.query, schemas)],
      responses: {
        '200': {
          description: route.summary,
          content: { 'application/json': { schema: schemaOf(route.reply, 'output', schemas) } },
        },
        '400': ERROR,
        '401': ERROR,
        '404': ERROR,
        '503': ERROR,
      },
    },
  }
}

function operationId(path: string): string {
  return `get_${path.replaceAll(/[{}]/g, '').replaceAll('/', '_').replace(/^_/, '').replaceAll('-', '_')}`
}

function pathParameters(path: string): Record<string, unknown>[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(schema: z.ZodType, schemas: Schemas): Record<string, unknown>[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input', schemas) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: property,
  }))
}

/** JSON Schema whose named parts are put among `schemas`: zod's own `#/$defs/...` would lead nowhere in this document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Record<string, unknown> {
  const made = z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' })
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')
  const { $schema: _dialect, $defs = {}, ...rest } = JSON.parse(text) as Record<string, unknown>
  for (const [name, part] of Object.entries($defs as Record<string, Record<string, unknown>>)) {
    const { id: _id, ...plain } = part
    schemas.set(name, plain)
  }
  return rest
}
