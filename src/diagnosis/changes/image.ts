// What the name of a container image tells of its version: tag, digest, and whether the tag is one that moves. Pure.

export interface ImageName {
  readonly repository: string
  /** Null where the name has none, which means `latest`. */
  readonly tag: string | null
  /** `sha256:...`: the image itself, whatever it is called. */
  readonly digest: string | null
}

/** `host:5000/team/etl:1.4.2@sha256:...` in its parts. */
export function imageNamed(name: string): ImageName {
  const [named = '', digest = null] = name.split('@', 2)
  const at = named.indexOf(':', named.lastIndexOf('/') + 1)
  return at < 0
    ? { repository: named, tag: null, digest }
    : { repository: named.slice(0, at), tag: named.slice(at + 1), digest }
}

/** Whether one name stands for another image from day to day: no tag, or one that ends in `latest`. */
export function isMoving({ tag, digest }: ImageName): boolean {
  return digest === null && (tag === null || /(?:^|[._-])latest$/i.test(tag))
}

/**
 * The name with the digest of what really ran, where the name alone moves; `imageId` is as a container's status has it
 * (`docker-pullable://r/etl@sha256:...`). A fixed tag is left alone: its digest is another one on another architecture.
 */
export function pinned(name: string, imageId: string): string {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(imageId)?.[1]
  return digest === undefined || !isMoving(imageNamed(name)) ? name : `${name}@${digest}`
}

/** Two images as what differs of them: of one repository what comes after it. Null where nothing tells them apart. */
export function comparedImages(old: string, now: string): readonly [string, string] | null {
  const [left, right] = [imageNamed(old), imageNamed(now)]
  const known = left.digest !== null && right.digest !== null
  if (known ? left.digest === right.digest : withoutDigest(left) === withoutDigest(right)) return null
  return left.repository === right.repository
    ? [versionOf(left), versionOf(right)]
    : [withDigest(left), withDigest(right)]
}

/** The name under which both ran, where it moves and does not tell whether it was the same image; else null. */
export function untoldImage(old: string, now: string): string | null {
  const [left, right] = [imageNamed(old), imageNamed(now)]
  if (withoutDigest(left) !== withoutDigest(right) || (left.digest !== null && right.digest !== null))
    return null
  return isMoving({ ...left, digest: null }) ? withoutDigest(left) : null
}

function versionOf({ tag, digest }: ImageName): string {
  return digest === null ? (tag ?? 'latest') : `${tag === null ? '' : `${tag}@`}${short(digest)}`
}

function withoutDigest({ repository, tag }: ImageName): string {
  return tag === null ? repository : `${repository}:${tag}`
}

function withDigest(image: ImageName): string {
  return image.digest === null ? withoutDigest(image) : `${withoutDigest(image)}@${short(image.digest)}`
}

/** As people compare them: the first twelve digits. */
function short(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1')
}
