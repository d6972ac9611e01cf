// Annotations on a pull request, as GitHub Actions reads them from a job's output.
import { forTerminal, linesForTerminal } from './terminal.ts'

/** A workflow command of GitHub: data and properties have escapes of their own, as in its @actions/core. */
export function annotation(
  level: 'error' | 'warning',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const data = (text: string): string =>
    linesForTerminal(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string): string =>
    data(forTerminal(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
  const told = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`)
  return `::${level} ${told.join(',')}::${data(message)}`
}
