import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { describe, expect, test } from 'vitest'
import { hasFeature, makeDirectory, ORDINARY_USER, ROOT, runSandboxed } from '../../support/index.ts'

// Nobody else can list such a directory.
describe.skipIf(!hasFeature('root'))(
  'a repository in a directory of another user, for root (needs root)',
  () => {
    test.each([
      { mode: 0o700, notes: ['git-scan-incomplete'], why: 'cannot be reached by a command of root either' },
      { mode: 0o711, notes: [], why: 'is protected once the directory is open' },
    ])('$why', async ({ mode, notes }) => {
      const workspace = makeDirectory(ROOT)
      const repository = join(workspace, 'foreign/repository')
      mkdirSync(join(repository, '.git'), { recursive: true })
      mkdirSync(join(workspace, '.git/objects'), { recursive: true })
      chownSync(join(workspace, 'foreign'), ORDINARY_USER.uid, ORDINARY_USER.gid)
      chmodSync(join(workspace, 'foreign'), mode)
      const profile = workspaceWrite({ root: workspace, excludeTmpdir: true, excludeSlashTmp: true })
      const { exitCode, enforced } = await runSandboxed(ROOT, {
        sandbox: { profile, policyCwd: workspace },
        command: ['sh', '-c', `touch ${repository}/file; ! touch ${repository}/.git/file`],
        run: { cwd: workspace },
      })
      expect(exitCode).toBe(0)
      expect(enforced.notes.map(({ kind }) => kind).filter((kind) => kind.startsWith('git-'))).toEqual(notes)
    })
  },
)
