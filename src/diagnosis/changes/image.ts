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

/**
 * Whether one name stands for another image from day to day: no tag, one that ends in `latest`, or one without a digit
 * (`prod`, `main`, `nightly`), which names no version.
 */
export function isMoving({ tag, digest }: ImageName): boolean {
  return digest === null && (tag === null || /(?:^|[._-])latest$/i.test(tag) || !/\d/.test(tag))
}

/**
 * The name with the digest of what really ran; `imageId` is as a container's status has it
 * (`docker-pullable://r/etl@sha256:...`). Whatever the tag: any may be pushed again.
 */
export function pinned(name: string, imageId: string): string {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(imageId)?.[1]
  return digest === undefined || imageNamed(name).digest !== null ? name : `${name}@${digest}`
}

/** Two images as what differs of them: of one repository what comes after it. Null where nothing tells them apart. */
export function comparedImages(old: string, now: string): readonly [string, string] | null {
  const [left, right] = [imageNamed(old), imageNamed(now)]
  const known = left.digest !== null && right.digest !== null
  if (known ? left.digest === right.digest : withoutDigest(left) === withoutDigest(right)) return null
  if (left.repository !== right.repository) return [withDigest(left), withDigest(right)]
  // Two tags say it as people do.
  return left.tag !== null && right.tag !== null && left.tag !== right.tag
    ? [left.tag, right.tag]
    : [versionOf(left), versionOf(right)]
}

/** Whether both have one tag and are known to be two images. */
export function isPushedAgain(old: string, now: string): boolean {
  const [left, right] = [imageNamed(old), imageNamed(now)]
  const known = left.tag !== null && left.digest !== null && right.digest !== null
  return known && withoutDigest(left) === withoutDigest(right) && left.digest !== right.digest
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
