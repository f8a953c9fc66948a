import {
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { workspaceWrite, type PermissionProfile } from 'linux-sandbox'
import { onTestFinished } from 'vitest'
import type { TestUser } from '../../support/index.ts'

/** The files of one user: a workspace that a policy grants, and around it what the policy does not. */
export interface Scene {
  /** Holds everything else. */
  readonly home: string
  readonly workspace: string
  /** The protected directory in the workspace, with `config`, `HEAD`, `hooks` and `refs/heads/main`. */
  readonly git: string
  /** An empty directory in the workspace. */
  readonly room: string
  /** A directory beside the workspace, with `file` and the directory `empty`. */
  readonly outside: string
  /** A file that the policy denies. */
  readonly secret: string
  /** A directory that the policy denies, with the file `key`. */
  readonly secrets: string
  /** A name in /tmp that does not exist. */
  readonly inTmp: string
  /** Removes everything. */
  readonly remove: () => void
}

/** A new scene, all of it owned by `user`. */
export function makeScene(user: TestUser): Scene {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'linux-sandbox-attack-')))
  const home = join(base, 'home')
  const workspace = join(home, 'workspace')
  const git = join(workspace, '.git')
  const outside = join(home, 'outside')
  const secrets = join(home, 'secrets')
  for (const directory of ['hooks', 'refs/heads']) mkdirSync(join(git, directory), { recursive: true })
  for (const directory of [join(workspace, 'room'), join(outside, 'empty'), secrets])
    mkdirSync(directory, { recursive: true })
  const files = ['config', 'HEAD', 'refs/heads/main'].map((name) => join(git, name))
  const others = [
    join(workspace, 'notes'),
    join(outside, 'file'),
    join(home, '.bashrc'),
    join(home, 'secret'),
    join(secrets, 'key'),
  ]
  for (const file of [...files, ...others]) writeFileSync(file, 'as it was\n')
  if (process.geteuid?.() === 0) giveTo(user, base)
  const inTmp = join('/tmp', `${basename(base)}-left`)
  return {
    home,
    workspace,
    git,
    room: join(workspace, 'room'),
    outside,
    secret: join(home, 'secret'),
    secrets,
    inTmp,
    remove() {
      rmSync(base, { recursive: true, force: true })
      rmSync(inTmp, { force: true })
    },
  }
}

/** A new scene, removed when the test ends. */
export function newScene(user: TestUser): Scene {
  const scene = makeScene(user)
  onTestFinished(() => scene.remove())
  return scene
}

/** The workspace of `scene` writable, its secrets denied, everything else readable. */
export function profileOf(scene: Scene, network: 'restricted' | 'enabled' = 'restricted'): PermissionProfile {
  const profile = workspaceWrite({
    root: scene.workspace,
    excludeTmpdir: true,
    excludeSlashTmp: true,
    network,
  })
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted')
    throw new Error('the preset is not managed')
  const denied = [scene.secret, scene.secrets].map((path) => ({
    path: { type: 'path', path },
    access: 'deny',
  }))
  // Paths of a profile as JSON gives them are plain strings.
  return {
    ...profile,
    file_system: { ...profile.file_system, entries: [...profile.file_system.entries, ...denied] },
  } as PermissionProfile
}

function giveTo({ uid, gid }: TestUser, directory: string): void {
  chownSync(directory, uid, gid)
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(directory, entry), uid, gid)
}
