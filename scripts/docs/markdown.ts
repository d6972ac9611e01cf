// The little Markdown that the generated pages need.

/** A table; cells may hold anything but line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')
}

/** Text in a cell: a bar would end it. Inside code spans GitHub takes the backslash away as well. */
function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|')
}

export function code(text: string): string {
  return `\`${text}\``
}
