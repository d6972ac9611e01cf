// The contract of sources, over every one that is registered; its samples lie beside this file.
import path from 'node:path'
import { expect, it } from 'vitest'
import { SOURCES } from '../../src/sources/registry.ts'
import { sourceContract } from '../contract/source.ts'

for (const source of SOURCES.values())
  sourceContract(source, path.join(import.meta.dirname, source.name, 'samples'))

it('every source is registered under a name that can stand in an address', () => {
  for (const [name, source] of SOURCES) {
    expect(name).toBe(source.name)
    expect(name).toMatch(/^[a-z][a-z0-9-]{0,30}$/)
  }
})
