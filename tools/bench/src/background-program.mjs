import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Starts a program that serves until this process ends, and does not keep it from ending. */
export function startInBackground(program, args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  for (const one of [child, child.stdin, child.stdout]) one.unref()
  process.once('exit', () => child.kill())
  return child
}

/** What it says first. */
export async function firstWords(child) {
  child.stdout.ref()
  const [words] = await once(child.stdout.setEncoding('utf8'), 'data')
  child.stdout.unref()
  return words
}
