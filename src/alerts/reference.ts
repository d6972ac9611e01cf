// References as deployments are called by: in `registry.example/token-enricher:1.4.2` the tag is no secret of that name.

/** A repository, perhaps with its registry, a tag, and perhaps a digest. Nothing of it repeats what another part may take. */
const REFERENCE =
  /^((?:[\w.-]{1,253}(?::\d{1,5})?\/)?[\w.-]{1,253}(?:\/[\w.-]{1,253}){0,150}):([\w.+-]{1,128})(@sha(?:256|512):[0-9a-f]{64,128})?$/
/** `1.4.2`, `v2.0.0-rc.1`, `release-1.4.2`. */
const VERSION = /^(?:[a-z]{1,12}[-_.])?v?\d{1,8}(?:\.\d{1,8}){1,5}(?:[-+._][\w.+-]{0,40})?$/
/** `812`, `20261122`, a commit of git: versions behind a path alone, since `pin:1234` is none. */
const NUMBER = /^(?:[a-z]{1,12}[-_.])?(?:\d{1,14}|[0-9a-f]{7,12}|[0-9a-f]{40})$/

/**
 * The text through `safe`; of a reference whose tag is a version each part on its own, so that the end of its name and a
 * version are not taken for a secret with its value. Pure.
 */
export function safeReference(text: string, safe: (text: string) => string): string {
  const [, repository = '', tag = '', digest = ''] = REFERENCE.exec(text) ?? []
  const isVersion = VERSION.test(tag) || (repository.includes('/') && NUMBER.test(tag))
  return isVersion ? `${safe(repository)}:${safe(tag)}${digest}` : safe(text)
}
