// `arrestor runbook schema`: the JSON Schema of front matter, blocks and test files, for editors.
import { Argument, type Command } from 'commander'
import { PROBES } from '../../diagnosis/registry.ts'
import { ACTIONS } from '../../remediation/registry.ts'
import { SCHEMA_NAMES, type SchemaName, runbookSchema } from '../../runbooks/json-schema.ts'
import { SOURCES } from '../../sources/registry.ts'

export function registerSchema(runbook: Command): void {
  runbook
    .command('schema')
    .description('print the JSON Schema of what a runbook may hold, for editors')
    .addArgument(new Argument('[of]', 'of what').choices(SCHEMA_NAMES).default('front-matter'))
    .action((of: SchemaName) => {
      console.log(schemaText(of).trimEnd())
    })
}

/** One schema as a file holds it. */
export function schemaText(of: SchemaName): string {
  const schema = runbookSchema(of, { probes: PROBES, actions: ACTIONS }, [...SOURCES.keys()])
  return `${JSON.stringify(schema, null, 2)}\n`
}
