// The verbs of `arrestor` and their options; each verb has a file of its own.
import { Command } from 'commander'
import { registerAlert } from './alert.ts'
import { registerDiagnose } from './diagnose/index.ts'
import { registerDoctor } from './doctor.ts'
import { registerIncident } from './incident.ts'
import { registerRunbook } from './runbook/index.ts'
import { registerSandbox } from './sandbox.ts'
import { fail, serve } from './serve.ts'

/** Parses the command line and runs one verb; every failure ends in one explained message and exit code 1. */
export async function runCli(argv: readonly string[]): Promise<void> {
  const program = new Command('arrestor')
    .description('Incident response for Spark platforms.')
    .showHelpAfterError('(arrestor --help lists the verbs)')
  program
    .command('serve')
    .description('run the service')
    .option('-c, --config <file>', 'configuration file (default: ARRESTOR_CONFIG or arrestor.yml)')
    .action((options: { config?: string }) => serve(options))
  registerSandbox(program)
  registerDoctor(program)
  registerRunbook(program)
  registerIncident(program)
  registerDiagnose(program)
  registerAlert(program)
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    fail(error)
  }
}
