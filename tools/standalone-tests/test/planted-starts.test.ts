import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PROTECTED_NAMES } from '@linux-sandbox/policy'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBuilt } from '../support/program.ts'
import { canHaveRun, Place, settle, USERS } from '../support/starts.ts'

/** All for which there would be a placeholder, with something in each, so that nobody takes it for one. */
function makeProtected(directory: string, { user }: Place): void {
  for (const name of [...PROTECTED_NAMES.map((one) => one.name), 'HEAD', 'commondir', 'refs', 'objects']) {
    const path = join(directory, name)
    mkdirSync(path)
    writeFileSync(join(path, 'file'), '')
    for (const one of [path, join(path, 'file')]) chownSync(one, user.uid, user.gid)
  }
}

/** What a command would do to have a place of its own in which starts are looked for. */
function attemptsAt(registry: string): string {
  const acts = [
    `mkdir -p ${registry}`,
    `echo x > ${registry}/start-1`,
    `chmod 0777 ${registry}`,
    `mv ${registry} ${registry}-moved`,
  ]
  return acts.join('; ')
}

const CASES = (['native', 'bwrap'] as const).flatMap((backend) =>
  [true, false].map((exist) => ({ backend, exist })),
)

describe.runIf(isBuilt && canHaveRun).each(USERS)('starts that $name would follow (needs root)', (user) => {
  let place: Place
  beforeEach(() => (place = new Place(user)))
  afterEach(() => place.remove())

  test('are kept where no variable leads', () => {
    const elsewhere = { XDG_RUNTIME_DIR: place.workspace }
    chmodSync(place.workspace, 0o700)
    settle(place, 'true', {}, elsewhere)
    expect(readdirSync(place.workspace)).not.toContain('linux-sandbox')
  })

  test.each(CASES)(
    'are not made by a command that may write all around: $backend, protected names exist: $exist',
    ({ backend, exist }) => {
      const runtime = dirname(place.registry)
      const inside = place.registryInside
      if (exist) [place.workspace, runtime].forEach((path) => makeProtected(path, place))
      chmodSync(place.workspace, 0o700)
      const script = `${attemptsAt(`${dirname(inside)}/beside`)}; ${attemptsAt(inside)}; rmdir ${inside}; :`
      const policy = { backend, writable: [dirname(inside)] }
      const { status, stderr } = place.sh(script, policy, { XDG_RUNTIME_DIR: place.workspace })
      expect(status, stderr).toBe(0)
      expect(readFileSync(join(runtime, 'beside-moved/start-1'), 'utf8')).toBe('x\n')
      expect(statSync(join(runtime, 'beside-moved')).mode & 0o777).toBe(0o777)
      expect(existsSync(`${place.registry}-moved`)).toBe(false)
      expect(readdirSync(place.registry)).not.toContain('start-1')
      expect(statSync(place.registry).mode & 0o777).toBe(0o700)
    },
  )

  test('cannot be written under Landlock, which refuses to let all around be written', () => {
    place.sh('true') // by which there is one
    const runtime = dirname(place.registryInside)
    const other = join(dirname(place.registry), 'other')
    mkdirSync(other)
    chownSync(other, user.uid, user.gid)
    const script = `echo x > ${place.registryInside}/start-1; echo x > ${runtime}/other/file`
    const refused = place.sh(script, { backend: 'landlock', writable: [runtime] })
    expect(refused).toMatchObject({ status: 125, stdout: '' })
    expect(refused.stderr).toContain(`cannot enforce the protection of ${place.registryInside}`)
    expect(existsSync(join(place.registry, 'start-1'))).toBe(false)
    expect(existsSync(join(other, 'file'))).toBe(false)
    // The same where only another directory in there can be written.
    place.sh(script, { backend: 'landlock', writable: [`${runtime}/other`] })
    expect(existsSync(join(place.registry, 'start-1'))).toBe(false)
    expect(readFileSync(join(other, 'file'), 'utf8')).toBe('x\n')
  })
})
