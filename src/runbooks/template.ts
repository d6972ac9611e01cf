// Logic-free templates: mustache's variables and nothing else, escaped for the place they go to.
import mustache from 'mustache'

/** Where rendered text goes, which decides how values are escaped. The text around them stays as written. */
export type Destination = 'plain' | 'promql' | 'url'

export interface Rendered {
  readonly text: string
  /** Names without a value. In plain text they stand visibly, elsewhere nothing stands in their place. */
  readonly missing: readonly string[]
  /** Names whose value may not stand where the template puts it (PromQL outside of quotes). */
  readonly refused: readonly string[]
}

/** A template that can be rendered, or why it is none; `offset` counts from 0. */
export type Template =
  | { readonly ok: true; readonly names: readonly string[]; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly message: string; readonly offset: number }

type Part = { readonly text: string } | { readonly name: string }

const FORBIDDEN: Readonly<Record<string, string>> = {
  '#': 'sections ({{#x}}) are not allowed: a template has no logic',
  '^': 'inverted sections ({{^x}}) are not allowed: a template has no logic',
  '>': 'partials ({{> x}}) are not allowed',
  '&': 'unescaped variables ({{{x}}}, {{& x}}) are not allowed: escaping follows from where the text goes',
  '=': 'other delimiters ({{= =}}) are not allowed',
}
const NAME = /^[A-Za-z_][\w-]*(?:\.\w+)?$/

/** Reads a template: text and `{{ name }}`, where a name is a label or `<probe>.<output>`. */
export function parseTemplate(source: string): Template {
  let tokens: unknown[][]
  try {
    tokens = mustache.parse(source)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const at = / at (\d+)$/.exec(why)
    return { ok: false, message: why.replace(/ at \d+$/, ''), offset: Number(at?.[1] ?? 0) }
  }
  const parts: Part[] = []
  for (const [kind, value, offset] of tokens) {
    const word = String(value)
    if (kind === 'text') parts.push({ text: word })
    else if (kind === 'name') {
      if (!NAME.test(word))
        return { ok: false, message: `"${word}" is no name of a label or an output`, offset: Number(offset) }
      parts.push({ name: word })
    } else if (kind !== '!')
      return {
        ok: false,
        message: FORBIDDEN[String(kind)] ?? `{{${String(kind)}}} is not allowed`,
        offset: Number(offset),
      }
  }
  const names = [...new Set(parts.flatMap((part) => ('name' in part ? [part.name] : [])))]
  return { ok: true, names, parts }
}

interface PromqlState {
  /** The quote that we are inside of, `#` for a comment, or empty. */
  readonly quote: string
  /** That string is a pattern: it stands after =~ or !~. */
  readonly pattern: boolean
  /** Code since the last string, without comments, for what stands before the next one. */
  readonly code: string
  /** The text ended in a backslash, which would take the first character of a value with it. */
  readonly dangling: boolean
}

/** Where in PromQL we are after `text`. A quote inside of a comment opens nothing. */
function promqlState(text: string, before: PromqlState): PromqlState {
  let { quote, pattern, code } = before
  let dangling = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] ?? ''
    if (quote === '#') {
      if (c === '\n') quote = ''
    } else if (quote === '') {
      if (c === '#') quote = '#'
      else if (c === '"' || c === "'" || c === '`') {
        quote = c
        pattern = /[=!]~\s*$/.test(code)
        code = ''
      } else code = `${code}${c}`.slice(-200)
    } else if (c === '\\' && quote !== '`') {
      i += 1
      dangling = i >= text.length
    } else if (c === quote) quote = ''
  }
  return { quote, pattern, code, dangling }
}

/** A value inside a PromQL string, or null where it may not stand: bare unless a number or a name, and in raw quotes. */
function forPromql(value: string, { quote, pattern, dangling }: PromqlState): string | null {
  if (quote === '') return /^(?:\d+(?:\.\d+)?(?:ms|[smhdwy])?|[A-Za-z_:][\w:]*)$/.test(value) ? value : null
  if (quote === '`' || quote === '#' || dangling) return null
  const whole = value.toWellFormed()
  const literal = pattern ? whole.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`) : whole
  return (
    literal
      .replaceAll('\\', '\\\\')
      .replaceAll(quote, `\\${quote}`)
      .replaceAll('\n', String.raw`\n`)
      // Prometheus takes the replacement character for broken UTF-8 where it stands as itself.
      .replaceAll('\uFFFD', String.raw`\ufffd`)
  )
}

/** Renders for a destination. `lookup` answers a name's value, or undefined. Never throws. */
export function renderTemplate(
  template: Extract<Template, { ok: true }>,
  lookup: (name: string) => string | undefined,
  destination: Destination,
): Rendered {
  const missing: string[] = []
  const refused: string[] = []
  let text = ''
  let state: PromqlState = { quote: '', pattern: false, code: '', dangling: false }
  for (const part of template.parts) {
    if ('text' in part) {
      text += part.text
      if (destination === 'promql') state = promqlState(part.text, state)
      continue
    }
    const value = lookup(part.name)
    if (value === undefined || value === '') {
      if (!missing.includes(part.name)) missing.push(part.name)
      if (destination === 'plain') text += `(no ${part.name})`
    } else if (destination === 'plain') text += value
    else if (destination === 'url') {
      // A dot or two are a way out of a path, encoded or not.
      if (value === '.' || value === '..') refused.push(part.name)
      else text += encodeURIComponent(value.toWellFormed())
    } else {
      const escaped = forPromql(value, state)
      if (escaped === null) refused.push(part.name)
      text += escaped ?? ''
    }
  }
  return { text, missing, refused }
}
