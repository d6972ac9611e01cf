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
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: Object.fromEntries(
      routes.map((route) => [
        route.path,
        {
          get: {
            operationId: operationId(route.path),
            summary: route.summary,
            parameters: [...pathParameters(route.path), ...queryParameters(route.query)],
            responses: {
              '200': {
                description: route.summary,
                content: { 'application/json': { schema: plainSchema(route.reply, 'output') } },
              },
              '400': ERROR,
              '401': ERROR,
              '404': ERROR,
            },
          },
        },
      ]),
    ),
  }
}

function operationId(path: string): string {
  return `get_${path.replaceAll(/[{}]/g, '').replaceAll('/', '_').replace(/^_/, '')}`
}

function pathParameters(path: string): Record<string, unknown>[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(schema: z.ZodType): Record<string, unknown>[] {
  const { properties = {}, required = [] } = plainSchema(schema, 'input') as {
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

/** JSON Schema with everything in place: `$ref`s between operations would need a second pass for little gain. */
function plainSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    reused: 'inline',
    unrepresentable: 'any',
  }) as Record<string, unknown>
  return rest
}
