// Text from outside on a terminal: what would steer it, forge a line or turn the direction of text is shown, not done.

/** Control and format characters, line separators, lone surrogates; but neither tabs nor the joiners that emoji and scripts need. */
const STEERS = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]--[\t\u200C\u200D]]/gv

/** One field of a line: a newline becomes `\n`, an escape `\u{1b}`. */
export function forTerminal(text: string): string {
  return text.replaceAll(STEERS, (char) =>
    char === '\n' ? '\\n' : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Text of several lines, each of which may stand by itself. */
export function linesForTerminal(text: string): string {
  return text.split('\n').map(forTerminal).join('\n')
}
