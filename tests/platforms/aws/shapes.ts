// The shapes of AWS's calls, out of the SDK's own packages: what they do not know is refused, in requests and in answers.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import * as emr from '@aws-sdk/client-emr'
import * as serverless from '@aws-sdk/client-emr-serverless'

/** Throws, naming what the shape does not have. */
export type Check = (value: unknown, at: string) => void

/** A call of a service: what it takes and gives, and where it is asked for (REST alone). */
export interface Operation {
  readonly input: Check
  readonly output: Check
  readonly members: readonly string[]
  readonly http: { readonly method: string; readonly path: string } | null
}

// The SDK's schemas: [3 structure | 4 union, namespace, name, traits, names, schemas], [1 list, .., member],
// [2 map, .., key, value], [0 simple, ...], [9 operation, namespace, name, traits, input, output]; numbers are simple
// types, 64 and 128 more than one a list or map of it; [schema, traits] where a member has traits.
type Schema = number | readonly unknown[] | (() => Schema)

function resolved(schema: Schema): number | readonly unknown[] {
  if (typeof schema === 'function') return resolved(schema())
  if (typeof schema === 'number' || typeof schema[1] === 'string') return schema
  return resolved(schema[0] as Schema)
}

function checkOf(schema: Schema): Check {
  return (value, at) => {
    if (value === null || value === undefined) return
    const of = resolved(schema)
    if (typeof of === 'number') return simple(of, value, at)
    const [kind, , name] = of
    if (kind === 0) return simple(of.at(-1) as number, value, at)
    if (kind === 1) {
      if (!Array.isArray(value)) throw new Error(`${at}: a list is wanted`)
      for (const [index, one] of value.entries()) checkOf(of[4] as Schema)(one, `${at}[${index}]`)
      return
    }
    if (typeof value !== 'object') throw new Error(`${at}: an object is wanted`)
    if (kind === 2) {
      for (const [key, one] of Object.entries(value)) checkOf(of[5] as Schema)(one, `${at}.${key}`)
      return
    }
    const names = of[4] as readonly string[]
    const members = of[5] as readonly Schema[]
    for (const [key, one] of Object.entries(value)) {
      const index = names.indexOf(key)
      if (index === -1) throw new Error(`${at}: ${String(name)} has no ${key}`)
      checkOf(members[index] ?? 15)(one, `${at}.${key}`)
    }
  }
}

function simple(type: number, value: unknown, at: string): void {
  if (type >= 128 || type >= 64) {
    const many = type >= 128 ? Object.values(value as object) : (value as unknown[])
    if (type < 128 && !Array.isArray(value)) throw new Error(`${at}: a list is wanted`)
    for (const one of many) simple(type % 64, one, at)
    return
  }
  // On the wire a timestamp is a number of seconds.
  const wanted = { 0: 'string', 1: 'number', 2: 'boolean', 4: 'number' }[type]
  if (wanted !== undefined && typeof value !== wanted)
    throw new Error(`${at}: a ${wanted} is wanted, not ${JSON.stringify(value)}`)
}

function bySchema(sdk: object): (name: string) => Operation | null {
  return (name) => {
    const operation = (sdk as Record<string, unknown>)[`${name}$`]
    if (!Array.isArray(operation) || operation[0] !== 9) return null
    const traits = operation[3] as { http?: readonly [string, string, number] } | 0
    const input = resolved(operation[4] as Schema) as readonly unknown[]
    const http = traits === 0 ? undefined : traits.http
    return {
      input: checkOf(operation[4] as Schema),
      output: checkOf(operation[5] as Schema),
      members: input[4] as readonly string[],
      http: http === undefined ? null : { method: http[0], path: http[1] },
    }
  }
}

export const EMR = bySchema(emr)
export const SERVERLESS = bySchema(serverless)

/** This package is older and brings no schemas: its type declarations and its commands say as much. */
export const CONTAINERS = byDeclarations()

function byDeclarations(): (name: string) => Operation | null {
  const main = createRequire(import.meta.url).resolve('@aws-sdk/client-emr-containers')
  const text = readFileSync(path.join(path.dirname(main), '../dist-types/models/models_0.d.ts'), 'utf8')
  const interfaces = new Map<string, ReadonlyMap<string, string>>()
  for (const [, name = '', body = ''] of text.matchAll(/export interface (\w+) \{([\s\S]*?)\n\}/g))
    interfaces.set(
      name,
      new Map([...body.matchAll(/^ {4}(\w+)\??: ([^;]+);/gm)].map(([, key = '', type = '']) => [key, type])),
    )
  const check = (type: string): Check => {
    const bare = type.replace(/\s*\|\s*undefined/, '')
    return (value, at) => {
      if (value === undefined) return
      if (bare.endsWith('[]')) {
        if (!Array.isArray(value)) throw new Error(`${at}: a list is wanted`)
        for (const one of value) check(bare.slice(0, -2))(one, at)
        return
      }
      const members = interfaces.get(bare)
      if (members === undefined) return
      for (const [key, one] of Object.entries(value as object)) {
        const of = members.get(key)
        if (of === undefined) throw new Error(`${at}: ${bare} has no ${key}`)
        check(of)(one, `${at}.${key}`)
      }
    }
  }
  const paths: Readonly<Record<string, readonly [string, string]>> = {
    DescribeJobRun: ['GET', '/virtualclusters/{virtualClusterId}/jobruns/{id}'],
    ListJobRuns: ['GET', '/virtualclusters/{virtualClusterId}/jobruns'],
    CancelJobRun: ['DELETE', '/virtualclusters/{virtualClusterId}/jobruns/{id}'],
    StartJobRun: ['POST', '/virtualclusters/{virtualClusterId}/jobruns'],
    DescribeVirtualCluster: ['GET', '/virtualclusters/{id}'],
  }
  return (name) => {
    const http = paths[name]
    const members = interfaces.get(`${name}Request`)
    if (http === undefined || members === undefined) return null
    return {
      input: check(`${name}Request`),
      output: check(`${name}Response`),
      members: [...members.keys()],
      http: { method: http[0], path: http[1] },
    }
  }
}
