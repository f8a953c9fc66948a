import { readOnly } from 'linux-sandbox'
import { describe, expect, test } from 'vitest'
import { ALWAYS_BROKER } from '../../support/broker.ts'
import { describeForUsers, ORDINARY_USER, ROOT, TEST_USERS, withLibrary } from '../../support/index.ts'

/** Of a caller that is large. */
const LARGE = 300 * 2 ** 20

describeForUsers('what the broker starts', [], (user) => {
  test('inherits what its caller is by then, and what runs goes on', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib, os }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const look = async (): Promise<string> =>
          (await sandbox.run('sh', ['-c', 'umask; cut -d" " -f19 /proc/self/stat'])).stdout
        const before = await look()
        const running = sandbox.spawn('sh', ['-c', 'cat; umask'])
        process.umask(0o077)
        os.setPriority(0, 7)
        const after = await look()
        const texts: string[] = []
        running.stdout?.on('data', (chunk: Buffer) => texts.push(chunk.toString()))
        running.stdin?.end()
        const status = await new Promise((resolve) => running.once('close', resolve))
        return [before, after, status, texts.join('')]
      },
      { broker: ALWAYS_BROKER },
    )
    expect(seen).toEqual([expect.stringMatching(/^0022\n0\n$/), '0077\n7\n', 0, '0022\n'])
  })

  test.each([
    { why: 'that was chosen', broker: undefined, isSmallOwn: undefined },
    { why: 'between the two', broker: { memoryFrom: LARGE / 2 }, isSmallOwn: true },
  ])('is what callers start that are larger than a limit: $why', async ({ broker, isSmallOwn }) => {
    const seen = await withLibrary(
      user,
      { profile: readOnly(), size: LARGE },
      async ({ lib, fs }, { profile, size }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const isOwn = async (): Promise<boolean> => {
          const child = sandbox.spawn('cat')
          const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
          child.stdin?.end()
          await new Promise((resolve) => child.once('close', resolve))
          return Number(/^PPid:\t(\d+)/m.exec(status)?.[1]) === process.pid
        }
        const small = await isOwn()
        const held = Buffer.alloc(size, 1)
        return { small, large: await isOwn(), size: held.length }
      },
      broker && { broker },
    )
    expect(seen).toEqual({ small: isSmallOwn ?? seen.small, large: false, size: LARGE })
  })
})

describe.skipIf(!TEST_USERS.includes(ROOT))('a caller that gives up being root', () => {
  test('has nothing started as root from then on', async () => {
    const seen = await withLibrary(
      ROOT,
      { profile: readOnly(), ids: ORDINARY_USER },
      async ({ lib }, { profile, ids }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const who = async (): Promise<string> => (await sandbox.run('id', ['-u'])).stdout.trim()
        const before = await who()
        process.setgroups?.([])
        process.setgid?.(ids.gid)
        process.setuid?.(ids.uid)
        return [before, await who(), await who()]
      },
      { broker: ALWAYS_BROKER },
    )
    expect(seen).toEqual(['0', String(ORDINARY_USER.uid), String(ORDINARY_USER.uid)])
  })
})
