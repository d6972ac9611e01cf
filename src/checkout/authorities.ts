// Whom git trusts: git takes one file for all, so a private authority is put beside those that everybody trusts.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { preparePlace } from './shelf.ts'

/** Writes the file and answers its path; null where no private authority is named. Throws ARR-203. */
export async function writeAuthorities(dir: string, ca: string | undefined): Promise<string | null> {
  if (ca === undefined) return null
  await preparePlace(dir)
  const file = path.join(path.resolve(dir), 'authorities.pem')
  await writeFile(file, [ca.trim(), ...rootCertificates, ''].join('\n'))
  return file
}
