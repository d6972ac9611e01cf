// /api/v1: reads for people's tools and the CLI, by bearer token; each token sees its teams and no other.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import type { FlowDeps } from '../../flow/deps.ts'
import { bearerOf, sameSecret } from '../secrets.ts'
import { openApiDocument } from './openapi.ts'
import { ROUTES } from './routes.ts'

export interface ApiToken {
  readonly name: string
  readonly token: string
  /** Null: all teams. */
  readonly teams: readonly string[] | null
}

const NOTHING = 'there is no such thing, or not for this token'

/** What a route is given: checked query and path, and the teams the token may see. */
export interface ApiCall {
  readonly deps: FlowDeps
  readonly teams: readonly string[] | null
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
}

export interface ApiRoute {
  readonly path: string
  readonly summary: string
  readonly query: z.ZodType
  readonly reply: z.ZodType
  /** The answer, or null for 404. */
  handle(call: ApiCall): Promise<unknown>
}

export function registerApi(app: FastifyInstance, deps: FlowDeps, tokens: readonly ApiToken[]): void {
  app.get('/api/v1/openapi.json', async () => await Promise.resolve(openApiDocument(ROUTES)))
  for (const route of ROUTES)
    app.get<{ Params: Record<string, string> }>(
      `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      async (request, reply) => {
        const token = tokenOf(request, tokens)
        if (token === null)
          return await reply
            .code(401)
            .header('www-authenticate', 'Bearer')
            .send({ error: 'the token is missing or not known' })
        // No column takes a NUL, so nothing has a name with one in it.
        if (Object.values(request.params).some((value) => value.includes('\u0000')))
          return await reply.code(404).send({ error: NOTHING })
        const query = route.query.safeParse(request.query)
        if (!query.success)
          return await reply.code(400).send({
            error: query.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
          })
        const answer = await route.handle({
          deps,
          teams: token.teams,
          params: request.params,
          query: query.data,
        })
        return answer === null ? await reply.code(404).send({ error: NOTHING }) : await reply.send(answer)
      },
    )
}

function tokenOf(request: FastifyRequest, tokens: readonly ApiToken[]): ApiToken | null {
  const given = bearerOf(request.headers.authorization)
  if (given === null) return null
  return tokens.reduce<ApiToken | null>(
    (found, token) => (sameSecret(given, token.token) ? (found ?? token) : found),
    null,
  )
}
