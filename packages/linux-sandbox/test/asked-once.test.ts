import fs, { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { cachedDiskView, type DiskView } from '@linux-sandbox/mount-plan'
import { validateProfile } from '@linux-sandbox/policy'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ANY_COMMAND, type Backend, type CommandCount } from '../src/backend.js'
import { confinementOf } from '../src/confinement.js'
import { Host } from '../src/host.js'
import { chooseBackend } from '../src/launch.js'

/** The functions by which the `DiskView` of this host looks, and whoever passes it by. */
const LOOKS = ['lstatSync', 'readlinkSync', 'readdirSync', 'openSync'] as const

/** Every look at the disk from now to the end of the test, in order. */
function watchLooks(): readonly string[] {
  const looks: string[] = []
  const spies = LOOKS.map((name) => {
    const look = fs[name] as (...args: unknown[]) => unknown
    return vi.spyOn(fs, name as 'lstatSync').mockImplementation((...args: unknown[]) => {
      looks.push(`${name} ${String(args[0])}`)
      return look(...args) as undefined
    })
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    spies.forEach((spy) => spy.mockRestore())
    syncBuiltinESMExports()
  })
  return looks
}

function makeWorkspace(): string {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'asked-once-')))
  onTestFinished(() => rmSync(workspace, { recursive: true, force: true }))
  for (const name of ['.git/objects', '.git/refs', 'bin', 'denied']) {
    mkdirSync(join(workspace, name), { recursive: true })
  }
  writeFileSync(join(workspace, '.git/HEAD'), 'ref: refs/heads/main\n')
  writeFileSync(join(workspace, '.git/config'), '[core]\n\tbare = false\n')
  writeFileSync(join(workspace, 'denied/file'), '')
  symlinkSync(workspace, join(workspace, 'link'))
  return workspace
}

interface Wanted {
  readonly backend: 'native' | 'auto'
  readonly commands: CommandCount
  readonly disk: DiskView
}

/** A backend for a workspace that can be written but for some names, made with what `disk` shows. */
function backendFor(workspace: string, { backend, commands, disk }: Wanted): Backend {
  const host = new Host()
  const options = {
    profile: validateProfile({
      type: 'managed',
      network: 'restricted',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
          { path: { type: 'path', path: join(workspace, 'denied') }, access: 'deny' },
          { path: { type: 'path', path: join(workspace, 'missing') }, access: 'deny' },
        ],
      },
    }),
    policyCwd: workspace,
    backend,
  }
  const confinement = confinementOf(options, host.nativeProgram, disk)
  return chooseBackend(confinement, host, { options, commands, disk })
}

test.each(['native', 'auto'] as const)('one start asks the disk each question once: %s', (backend) => {
  const workspace = makeWorkspace()
  vi.stubEnv('PATH', `${workspace}/bin:${workspace}/link/bin:${process.env['PATH'] ?? ''}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  const looks = watchLooks()
  const disk = cachedDiskView(nodeDisk)
  backendFor(workspace, { backend, commands: 'one', disk }).prepare(ANY_COMMAND, disk)
  expect(looks).toContain(`lstatSync ${workspace}`)
  expect(looks).toContain(`readdirSync ${workspace}/.git`)
  const repeated = looks.filter((look, index) => looks.indexOf(look) !== index)
  // How many directories are in it, which a `DiskView` does not tell: whether it could be another sandbox's placeholder.
  expect(repeated).toEqual([`lstatSync ${workspace}/denied`])
})

test('what changed since the last command is seen by the next one', () => {
  const workspace = makeWorkspace()
  const disk = cachedDiskView(nodeDisk)
  const backend = backendFor(workspace, { backend: 'native', commands: 'many', disk })
  const placeholders = () =>
    backend.prepare(ANY_COMMAND, cachedDiskView(nodeDisk)).request.placeholders?.map(({ path }) => path)
  expect(placeholders()).toContain(join(workspace, 'missing'))
  writeFileSync(join(workspace, 'missing'), '')
  expect(placeholders()).not.toContain(join(workspace, 'missing'))
})
