import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  stageDirectory,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'

const PLACE = 'node_modules/native'

/** A copy of the native program below `top`, where `user` may write all. */
function install(user: TestUser, top: string): string {
  const bin = join(top, PLACE, 'bin')
  mkdirSync(bin, { recursive: true })
  const arch = process.arch === 'x64' ? 'x86_64' : 'aarch64'
  const program = join(bin, 'linux-sandbox-native')
  const built = `node_modules/@linux-sandbox/native/bin/${arch}/linux-sandbox-native`
  copyFileSync(join(stageDirectory(), built), program)
  chmodSync(program, 0o755)
  for (const path of ['node_modules', PLACE, `${PLACE}/bin`]) chownSync(join(top, path), user.uid, user.gid)
  chownSync(program, user.uid, user.gid)
  return program
}

/** What a command writes that may write in `root` and puts a program of its own in the place of `program`; then what a second one does. */
async function replace(
  user: TestUser,
  { root, program, backend }: { root: string; program: string; backend: 'bwrap' | 'landlock' },
): Promise<string> {
  const script = [
    `printf '#!/bin/sh\\ntouch "${root}/escaped"\\n' > planted && chmod 755 planted`,
    `mv -f planted '${program}' 2>/dev/null && echo replaced`,
    `mv '${program}/../../..' moved 2>/dev/null && echo moved`,
    'echo ended',
  ].join('\n')
  const input = {
    options: { profile: workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true }), backend },
    script,
    root,
  }
  const { value, error } = await withLibrary(
    user,
    input,
    ({ lib, attempt }, { options, script: text, root: cwd }) =>
      attempt(async () => {
        const first = await (await lib.Sandbox.create(options)).run('sh', ['-c', text], { cwd })
        const second = await (await lib.Sandbox.create(options)).run('echo', ['again'])
        return first.stdout + second.stdout
      }),
    { env: { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: program } },
  )
  return value ?? `${error?.code}: ${error?.message}`
}

describeForUsers('the native program in a writable directory', [], (user) => {
  test('cannot be replaced by a command for the next start', async () => {
    const root = makeDirectory(user)
    const program = install(user, root)
    expect(await replace(user, { root, program, backend: 'bwrap' })).toBe('ended\nagain\n')
    expect(existsSync(join(root, 'escaped'))).toBe(false)
  })

  test('is no place that an entry of its own may grant', async () => {
    const top = makeDirectory(user)
    const program = install(user, top)
    const twin = join(top, 'twin')
    mkdirSync(twin)
    chownSync(twin, user.uid, user.gid)
    const created = (root: string): Promise<string> =>
      withLibrary(
        user,
        { profile: workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true }) },
        async ({ lib, attempt }, options) => {
          const { value, error } = await attempt(async () => {
            await lib.Sandbox.create(options)
            return 'created'
          })
          return value ?? `${error?.code}: ${error?.message}`
        },
        { env: { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: program } },
      )
    expect(await created(join(top, PLACE, 'bin'))).toMatch(
      /^POLICY_UNSUPPORTED: cannot enforce read on \S+: the native program \S+ lies where the policy lets/,
    )
    expect(await created(twin)).toBe('created')
  })

  test('is no place that Landlock could protect', async () => {
    const root = makeDirectory(user)
    const program = install(user, root)
    expect(await replace(user, { root, program, backend: 'landlock' })).toMatch(
      new RegExp(`^(POLICY_UNSUPPORTED: cannot enforce ${root}/${PLACE}/bin|LANDLOCK_MISSING)`),
    )
  })

  test('a copy that is not used can be replaced', async () => {
    const root = makeDirectory(user)
    const program = install(user, makeDirectory(user))
    const unused = install(user, root)
    const said = await withLibrary(
      user,
      { root, unused, profile: workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true }) },
      async ({ lib }, { root: cwd, unused: target, profile }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const script = `echo mine > planted && mv -f planted '${target}' && echo replaced`
        return (await sandbox.run('sh', ['-c', script], { cwd })).stdout
      },
      { env: { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: program } },
    )
    expect(said).toBe('replaced\n')
  })
})
