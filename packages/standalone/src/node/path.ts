import { process } from './process.js'

/** Those of `node:path` that the facade uses. @see https://nodejs.org/api/path.html */

export const delimiter = ':'

export function isAbsolute(path: string): boolean {
  return path.startsWith('/')
}

export function join(...parts: readonly string[]): string {
  const joined = parts.filter((part) => part !== '').join('/')
  return joined === '' ? '.' : normalize(joined)
}

export function resolve(...parts: readonly string[]): string {
  const last = parts.findLastIndex(isAbsolute)
  const from = last < 0 ? [process.cwd(), ...parts] : parts.slice(last)
  const path = normalize(from.filter((part) => part !== '').join('/'))
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function normalize(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!isAbsolute(path)) kept.push(part)
  }
  const text = `${isAbsolute(path) ? '/' : ''}${kept.join('/')}`
  if (text === '') return path.endsWith('/') ? './' : '.'
  return path.endsWith('/') && text !== '/' ? `${text}/` : text
}

export function dirname(path: string): string {
  const end = path.replace(/\/+$/, '').lastIndexOf('/')
  if (end < 1) return isAbsolute(path) ? '/' : '.'
  return end === 1 && isAbsolute(path) ? '//' : path.slice(0, end)
}

export function basename(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}
