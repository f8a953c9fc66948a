import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program with the pipes that the library makes too, to its end. */
export function succeed([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args)
    child.stdin.end()
    child.stdout.resume()
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
    child.once('error', reject)
    child.once('close', (status) => {
      if (status === 0) resolve()
      else reject(new Error(`${program} ended with status ${status}: ${said}`))
    })
  })
}

/** Waits for the end of a child that has pipes. */
export async function ended(child) {
  child.stdin.end()
  child.stdout.resume()
  child.stderr.resume()
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`a command ended with status ${status}`)
}
