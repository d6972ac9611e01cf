// What a person typed after a command, as they meant it: Slack sends mentions, links and three characters encoded.

/**
 * The plain text of a command. Mentions become names where Slack gives them, and nobody in particular where not: an id
 * says nothing to a reader, and whoever copies the text elsewhere must not call people by accident.
 */
export function typedText(text: string): string {
  return text
    .replaceAll(/<@[UW][A-Z0-9]+(?:\|([^<>|]*))?>/g, (_all, name?: string) => named('@', name, 'somebody'))
    .replaceAll(/<#[CG][A-Z0-9]+(?:\|([^<>|]*))?>/g, (_all, name?: string) => named('#', name, 'a channel'))
    .replaceAll(/<!subteam\^[A-Z0-9]+(?:\|@?([^<>|]*))?>/g, (_all, name?: string) =>
      named('@', name, 'a group'),
    )
    .replaceAll(/<!(channel|here|everyone)(?:\|[^<>]*)?>/g, '@$1')
    .replaceAll(/<((?:https?|mailto):[^<>|]*)(?:\|[^<>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function named(mark: string, name: string | undefined, nobody: string): string {
  return name === undefined || name === '' ? nobody : `${mark}${name}`
}
