// docs/openapi.json: the document that a running service answers at /api/v1/openapi.json.
import { openApiDocument } from '../../src/http/api/openapi.ts'
import { ROUTES } from '../../src/http/api/routes.ts'

export function openApiFile(): string {
  return `${JSON.stringify(openApiDocument(ROUTES), null, 2)}\n`
}
