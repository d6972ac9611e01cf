// The generated pages: where each lies and what makes it.
import { cataloguePage } from './catalogue.ts'
import { schemaText } from '../../src/cli/runbook/schema.ts'
import { SCHEMA_NAMES } from '../../src/runbooks/json-schema.ts'
import { configurationPage } from './configuration.ts'
import { editorSchema } from './editor-schema.ts'
import { errorsPage } from './errors.ts'
import { lintPage } from './lint-codes.ts'
import { metricsPage } from './metrics.ts'
import { openApiFile } from './openapi.ts'
import { requestPages } from './requests.ts'
import { promisesPage } from './promises.ts'

export interface Page {
  /** From the root of the repository. */
  readonly file: string
  /** The whole file, ending in a line break. */
  readonly make: () => string
}

/** The first line of a page made by a machine, for whoever opens it to write. */
export const NOTICE = '<!-- Made by `npm run docs`; edit what it is made from instead. -->\n'

const page = (text: () => string) => (): string => `${NOTICE}\n${text().trimEnd()}\n`

export const PAGES: readonly Page[] = [
  { file: 'docs/errors.md', make: page(errorsPage) },
  { file: 'docs/configuration.md', make: page(configurationPage) },
  { file: 'docs/catalogue.md', make: page(cataloguePage) },
  { file: 'docs/metrics.md', make: page(metricsPage) },
  { file: 'docs/promises.md', make: page(promisesPage) },
  { file: 'docs/lint.md', make: page(lintPage) },
  { file: 'docs/openapi.json', make: openApiFile },
  { file: 'arrestor.schema.json', make: editorSchema },
  ...SCHEMA_NAMES.map((name) => ({
    file: `docs/schema/runbook-${name}.json`,
    make: () => schemaText(name),
  })),
  ...requestPages(),
]
