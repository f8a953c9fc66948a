import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Sandbox, workspaceWrite } from 'linux-sandbox'
import { temporaryDirectory } from './temporary-directory.mjs'

/** What is timed. The first is what the others are compared with. */
export async function sandboxScenarios() {
  const root = temporaryDirectory()
  mkdirSync(join(root, '.git'))
  const profile = workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true })
  const sandbox = await Sandbox.create({ profile })
  const bwrap = [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--die-with-parent', '--new-session'],
    ...['--ro-bind', '/', '/', '--bind', root, root, '--dev', '/dev', '--proc', '/proc'],
  ]
  return [
    { name: 'bare bwrap', run: () => succeed('bwrap', [...bwrap, '/bin/true']) },
    { name: 'nothing', run: () => succeed('/bin/true', []) },
    { name: 'library, warm: sandbox.run', run: () => sandbox.run('/bin/true') },
    {
      name: 'helper codex-linux-sandbox',
      run: () => {
        const options = ['--sandbox-policy-cwd', root, '--permission-profile', JSON.stringify(profile)]
        return succeed(bin('codex-linux-sandbox'), [...options, '--', '/bin/true'])
      },
    },
    {
      name: 'multitool linux-sandbox run',
      run: () => succeed(bin('linux-sandbox'), ['-C', root, '/bin/true']),
    },
  ]
}

/** A program that the set-up has put into reach. */
function bin(name) {
  return fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))
}

/** Runs a program with the pipes that the library makes too, to its end. */
function succeed(program, args) {
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
