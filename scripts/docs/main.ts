// `npm run docs`: writes every generated page anew. A test holds the pages against what they are made from.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { PAGES } from './pages.ts'

for (const page of PAGES) {
  writeFileSync(path.join(import.meta.dirname, '../..', page.file), page.make())
  console.log(page.file)
}
