import { absolutePath, isInside } from '@linux-sandbox/policy'
import { follow } from './follow.mjs'

/**
 * @typedef {import('@linux-sandbox/policy').ResolvedEntry} ResolvedEntry
 *
 * @typedef {ResolvedEntry & { isMissing: boolean, isNowhere: boolean, links: readonly string[] }} PlacedEntry - at the path that its own
 * leads to, by `links`
 */

/**
 * @param {ResolvedEntry} entry
 * @returns {PlacedEntry}
 */
export function placed(entry) {
  const place = follow(entry.path)
  if (place === 'nowhere') return { ...entry, isMissing: true, isNowhere: true, links: [] }
  return {
    ...entry,
    path: absolutePath(place.path),
    isMissing: place.kind === 'missing',
    isNowhere: false,
    links: place.links,
  }
}

/**
 * Whether an entry says anything on this disk. With "skip" it does only where its path exists.
 *
 * @param {PlacedEntry} entry
 */
export function counts({ isMissing, isNowhere, ifMissing }) {
  return !isNowhere && !(isMissing && ifMissing === 'skip')
}

/**
 * @param {string} path
 * @param {string} directory
 */
export function isWithin(path, directory) {
  return isInside(absolutePath(path), absolutePath(directory))
}
