// Secrets from the environment: `NAME`, or `NAME_FILE` for a file that a platform mounts.
import { readFileSync } from 'node:fs'
import { ArrestorError, reasonOf } from '../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The value of a variable, or undefined; blanks around it are cut, since mounted files end in a line break. */
export function readVariable(environment: Environment, name: string): string | undefined {
  const direct = environment[name]?.trim()
  if (direct !== undefined && direct !== '') return direct
  const file = environment[`${name}_FILE`]
  if (file === undefined || file === '') return undefined
  try {
    const content = readFileSync(file, 'utf8').trim()
    return content === '' ? undefined : content
  } catch (error) {
    throw new ArrestorError('ARR-102', { file: `${file} (${name}_FILE)`, why: reasonOf(error) })
  }
}

/** The certificate authority that ARRESTOR_CA_FILE names, as PEM, or undefined. Throws ARR-102 when it cannot be read. */
export function readCertificateAuthority(environment: Environment): string | undefined {
  const file = environment['ARRESTOR_CA_FILE']
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ArrestorError('ARR-102', { file: `${file} (ARRESTOR_CA_FILE)`, why: reasonOf(error) })
  }
}

/** The value of a variable that something cannot do without. Throws ARR-103. */
export function requireVariable(environment: Environment, name: string, wantedBy: string): string {
  const value = readVariable(environment, name)
  if (value === undefined) throw new ArrestorError('ARR-103', { name, wanted_by: wantedBy })
  return value
}
