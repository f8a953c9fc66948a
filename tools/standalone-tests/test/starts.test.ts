import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isBuilt } from '../support/program.ts'
import { canHaveRun, Place, settle, USERS } from '../support/starts.ts'

/** A directory that is no repository until something says so. */
function makeReal({ workspace, user }: Place): void {
  mkdirSync(join(workspace, 'real'))
  writeFileSync(join(workspace, 'real/config'), '')
  for (const path of ['real', 'real/config']) chownSync(join(workspace, path), user.uid, user.gid)
}

describe.runIf(isBuilt && canHaveRun).each(USERS)(
  'starts of $name that go as one before (needs root)',
  (user) => {
    let place: Place
    beforeEach(() => (place = new Place(user)))
    afterEach(() => place.remove())

    test.each(['native', 'bwrap'] as const)('need no engine, whatever the command: %s', (backend) => {
      settle(place, 'true', { backend })
      const followed = place.follows(() => {
        expect(place.sh('echo "$0 $1" one', { backend })).toMatchObject({
          status: 0,
          stdout: '/bin/sh  one\n',
        })
        expect(place.start(['echo', 'ä', '', 'three words here'], { backend })).toEqual({
          status: 0,
          signal: null,
          stdout: 'ä  three words here\n',
          stderr: '',
        })
      })
      expect(followed).toBe(true)
    })

    test('confine the command as the first one', () => {
      const script =
        'echo in > inside; echo out > ../outside; mkdir .codex; ls /proc | grep -c "^[0-9]"; cat < /dev/tcp/127.0.0.1/1'
      const first = place.sh(script)
      place.sh(script)
      const followed = place.follows(() => expect(place.sh(script)).toEqual(first))
      expect(followed).toBe(true)
      expect(first.stderr).toMatch(/outside: Read-only file system/)
      expect(first.stderr).toMatch(/\.codex.*(exists|Read-only)/)
      expect(readFileSync(join(place.workspace, 'inside'), 'utf8')).toBe('in\n')
    })

    test('end as the command ends', () => {
      settle(place)
      for (let count = 0; count < 2; count++) {
        expect(place.sh('exit 7')).toMatchObject({ status: 7, stderr: '' })
        expect(place.sh('kill -KILL $$')).toMatchObject({ status: 137 })
        const unknown = place.start([`no-such-command-${count}`])
        expect(unknown.status).toBe(127)
        expect(unknown.stderr).toContain(`"no-such-command-${count}" was not found`)
      }
      expect(place.follows(() => expect(place.sh('exit 7').status).toBe(7))).toBe(true)
    })

    test('give the command the variables of its own start, and keep the value of none', () => {
      const secret = 'a-secret-that-nobody-keeps'
      settle(place, 'true', {}, { SECRET: secret })
      expect(place.sh('echo $SECRET', {}, { SECRET: secret }).stdout).toBe(`${secret}\n`)
      expect(place.sh('echo $SECRET', {}, { SECRET: 'another' }).stdout).toBe('another\n')
      for (const path of place.kept) expect(readFileSync(path, 'latin1')).not.toContain(secret)
    })

    test('are known by the program, the words up to the command, and the variables', () => {
      settle(place)
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(place.program, { bigint: true })
      const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)
      const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)
      const second = 1_000_000_000n
      const numbers = [
        major,
        minor,
        ino,
        size,
        mtimeNs / second,
        mtimeNs % second,
        ctimeNs / second,
        ctimeNs % second,
      ]
      const words = place.words([])
      const variables = Object.entries(place.env).map(([name, value]) => `${name}=${value}`)
      const digest = createHash('sha256')
        .update(BigUint64Array.from(numbers))
        .update(words.map((word) => `${word}\0`).join('') + '\0')
        .update(variables.map((text) => `${text}\0`).join('') + '\0')
        .digest('hex')
      const KEY = { start: 16, end: 48 }
      expect(place.kept.map((path) => readFileSync(path).toString('hex', KEY.start, KEY.end))).toEqual([
        digest,
      ])
    })

    test('are not followed by another program at the same path', () => {
      settle(place)
      copyFileSync(place.program, `${place.program}.new`)
      renameSync(`${place.program}.new`, place.program)
      expect(place.follows(() => place.sh('true'))).toBe(false)
    })

    /** What can be different at the next start, and what that has to find; the twin is the same before it is different. */
    const CHANGES: readonly {
      readonly title: string
      readonly script: string
      readonly denied?: readonly string[]
      readonly before?: (place: Place) => void
      readonly change: (place: Place) => void
      readonly finds: RegExp
    }[] = [
      {
        title: 'a repository',
        script: 'echo x > real/config && echo written',
        before: makeReal,
        change: (at) => writeFileSync(join(at.workspace, '.git'), 'gitdir: real\n'),
        finds: /real\/config: Read-only/,
      },
      {
        title: 'a file that a pattern denies',
        script: 'cat *.env 2>&1',
        denied: ['**/*.env'],
        before: (at) => writeFileSync(join(at.workspace, 'a.txt'), ''),
        change: (at) => writeFileSync(join(at.workspace, 'late.env'), 'secret', { mode: 0o644 }),
        finds: /late\.env: Permission denied/,
      },
      {
        title: 'a link in place of a protected name',
        script: 'echo x > real/config && echo written',
        before: makeReal,
        change: (at) => symlinkSync('real', join(at.workspace, '.agents')),
        finds: /real\/config: Read-only|\.agents.*link/,
      },
    ]

    test.each(CHANGES)('see $title that was not there', ({ script, denied = [], before, change, finds }) => {
      before?.(place)
      for (let count = 0; count < 3; count++) place.sh(script, { denied })
      const earlier = place.sh(script, { denied })
      expect(place.follows(() => place.sh(script, { denied }))).toBe(true)
      expect(`${earlier.stdout}${earlier.stderr}`).not.toMatch(finds)
      change(place)
      const { stdout, stderr } = place.sh(script, { denied })
      expect(`${stdout}${stderr}`).toMatch(finds)
    })

    test('see that a directory of the policy is another one', () => {
      settle(place)
      const elsewhere = join(place.directory, 'elsewhere')
      renameSync(place.workspace, elsewhere)
      symlinkSync('/', place.workspace)
      const { stdout } = place.sh('echo x > /escaped && echo escaped')
      expect(stdout).toBe('')
    })

    test('are kept for the last thirty-two, whatever is in between', () => {
      settle(place)
      const variables = (index: number) => ({ NUMBER: `${index}` })
      for (let index = 0; index < 40; index++) place.sh('true', {}, variables(index))
      expect(place.kept).toHaveLength(32)
      for (const index of [20, 39, 30]) {
        expect(place.follows(() => place.sh('echo $NUMBER', {}, variables(index)))).toBe(true)
      }
      expect(place.follows(() => place.sh('true'))).toBe(false)
    })

    test('can be many at once', async () => {
      settle(place)
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          place.startBeside(['/bin/sh', '-c', `echo ${index}; exit ${index % 3}`]),
        ),
      )
      for (const [index, ended] of all.entries()) {
        expect(ended).toEqual({ status: index % 3, signal: null, stdout: `${index}\n`, stderr: '' })
      }
    })

    describe('when what is kept', () => {
      const bytes = (): Buffer => readFileSync(place.kept[0]!)

      function put(content: Buffer): void {
        const [path = ''] = place.kept
        writeFileSync(path, content) // its owner stays
      }

      beforeEach(() => settle(place))

      function expectFresh(): void {
        expect(
          place.follows(() => expect(place.sh('echo fine')).toMatchObject({ status: 0, stdout: 'fine\n' })),
        ).toBe(false)
      }

      test('is cut anywhere, it is not followed', () => {
        const whole = bytes()
        for (let size = 0; size < whole.length; size += Math.max(1, whole.length >> 5)) {
          put(whole)
          truncateSync(place.kept[0]!, size)
          expectFresh()
        }
      })

      test('is a link, or something else that is no file, it is not followed', () => {
        const [path = ''] = place.kept
        const moved = join(place.directory, 'moved')
        renameSync(path, moved)
        symlinkSync(moved, path)
        expectFresh()
        rmSync(path)
        mkdirSync(path)
        expect(place.sh('echo fine')).toMatchObject({ status: 0, stdout: 'fine\n' })
      })

      test('can be read by others, it is not followed', () => {
        chmodSync(place.kept[0]!, 0o644)
        expectFresh()
      })

      test('is of another version, it is not followed', () => {
        const VERSION_AT = 4
        const other = bytes()
        other.writeUInt32LE(other.readUInt32LE(VERSION_AT) + 1, VERSION_AT)
        put(other)
        expectFresh()
      })

      test('is damaged, the start ends by no fault of its own', () => {
        const whole = bytes()
        const HEADER_BYTES = 48
        for (let round = 0; round < 50; round++) {
          const damaged = Buffer.from(whole)
          // Spread over all of it, and the same in every run.
          const at = HEADER_BYTES + ((round * 79_193) % (whole.length - HEADER_BYTES))
          damaged[at] = (damaged[at] ?? 0) ^ (1 << (round % 8))
          put(damaged)
          const { signal, stderr } = place.sh('true')
          expect(signal, `byte ${at}`).toBeNull()
          expect(stderr, `byte ${at}`).not.toMatch(/ran out of stack|left its memory/)
          unlinkSync(place.kept[0]!)
          place.sh('true')
        }
      })

      test('is asked for by a command, it is hidden from it', () => {
        const [path = ''] = place.kept
        const inside = place.registryInside
        const script = `cat ${inside}/start-*; echo x > ${inside}/start-1; ls ${inside}; chmod 0755 ${inside}`
        const { stdout, stderr } = place.sh(script)
        expect(stdout).toBe('')
        expect(stderr.trim().split('\n')).toHaveLength(4)
        expect(readFileSync(path).length).toBeGreaterThan(0) // and here it is
      })
    })
  },
)
