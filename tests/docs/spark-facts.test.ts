// docs/spark-facts.md: each fact says what was seen on both lines of Spark, or what is with the other; what nobody saw is said, too.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const page = readFileSync(path.join(import.meta.dirname, '../../docs/spark-facts.md'), 'utf8')

interface Fact {
  readonly text: string
  /** What holds for it, too: the headings above it, and what stands between them and the list. */
  readonly under: string
}

function factsOf(markdown: string): readonly Fact[] {
  let [section, part] = ['', '']
  const facts: Fact[] = []
  for (const line of markdown.split('\n'))
    if (line.startsWith('# ')) continue
    else if (line.startsWith('## ')) [section, part] = [line, '']
    else if (line.startsWith('### ')) part = line
    else if (line.startsWith('- ')) facts.push({ text: line.slice(2), under: `${section}\n${part}` })
    else if (part === '') section += `\n${line}`
    else part += `\n${line}`
  return facts
}

describe('a fact about Spark', () => {
  const facts = factsOf(page)

  it('names both lines, itself or for all of its section', () => {
    expect(facts.length).toBeGreaterThan(100)
    const silent = facts.filter(({ text, under }) => {
      const said = `${text}\n${under}`
      return !/\b3\.5\b/.test(said) || !/\b4\.3\.0\b|Spark 3\.5 or 4\b|3\.5 or 4,/.test(said)
    })
    expect(silent.map(({ text }) => text)).toEqual([])
  })

  it.each(['kube-state-metrics', 'OOMKilled', 'SNS', 'CloudWatch', 'OIDC', 'Datadog', 'Azure'])(
    'that could not be checked is said with its reason: %s',
    (word) => {
      const unchecked = facts.filter(({ under }) => under.startsWith('## Not checked'))
      expect(unchecked.filter(({ text }) => text.includes(word) && / so | here/.test(text))).not.toEqual([])
    },
  )
})
