import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { readOnly, workspaceWrite, type Sandbox } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  LAUNCHERS,
  makeDirectory,
  runProgram,
  stagedCall,
  stagedWords,
  withLibrary,
} from '../../support/index.ts'
import { ALWAYS_BROKER, NEVER_BROKER } from '../../support/broker.ts'

describeForUsers('many sandboxes', [], (user) => {
  test('fifty at once all run, each with its own output and status', async () => {
    const results = await withLibrary(user, readOnly(), async ({ lib }, profile) => {
      const sandboxes = await Promise.all(Array.from({ length: 50 }, () => lib.Sandbox.create({ profile })))
      // All wait until the last is there, so that all exist at the same time.
      const children: { stdin: { end(): unknown } | null }[] = []
      return await Promise.all(
        sandboxes.map(async (sandbox, index) => {
          const child = sandbox.spawn('sh', [
            '-c',
            `echo out ${index}; read line; echo err ${index} >&2; exit ${index}`,
          ])
          let stdout = ''
          let stderr = ''
          child.stdout?.on('data', (chunk: Buffer) => {
            if (stdout === '') children.push(child)
            stdout += chunk.toString()
            if (children.length === sandboxes.length) for (const one of children) one.stdin?.end()
          })
          child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
          const exitCode = await new Promise((resolve) => child.once('close', resolve))
          return { exitCode, stdout, stderr }
        }),
      )
    })
    expect(results).toEqual(
      Array.from({ length: 50 }, (_, index) => ({
        exitCode: index,
        stdout: `out ${index}\n`,
        stderr: `err ${index}\n`,
      })),
    )
  })

  test('with different policies in one process do not mix', async () => {
    const directories = Array.from({ length: 6 }, () => makeDirectory(user))
    const profiles = directories.map((root, index) =>
      workspaceWrite({
        root,
        excludeSlashTmp: true,
        excludeTmpdir: true,
        network: index % 2 === 0 ? 'restricted' : 'enabled',
      }),
    )
    const outcomes = await withLibrary(user, { profiles, directories }, async ({ lib }, input) => {
      const sandboxes = await Promise.all(input.profiles.map((profile) => lib.Sandbox.create({ profile })))
      const script = `for d in ${input.directories.join(' ')}; do touch $d/by-$0 2>/dev/null && printf 'yes ' || printf 'no '; done; wc -l </proc/net/route`
      const runs = Array.from({ length: 18 }, async (_, index) => {
        const { stdout, enforced } = await sandboxes[index % 6]!.run('sh', ['-c', script, String(index)])
        return { stdout, network: enforced.network }
      })
      return await Promise.all(runs)
    })
    for (const [index, { stdout, network }] of outcomes.entries()) {
      const words = stdout.trim().split(/\s+/)
      expect(words.slice(0, 6)).toEqual(directories.map((_, at) => (at === index % 6 ? 'yes' : 'no')))
      expect(network).toBe(index % 2 === 0 ? 'private' : 'host')
      if (network === 'private') expect(words[6]).toBe('1') // the heading alone: no route leads anywhere
    }
    for (const [index, directory] of directories.entries()) {
      expect(readdirSync(directory).toSorted()).toEqual(
        [`by-${index}`, `by-${index + 6}`, `by-${index + 12}`].toSorted(),
      )
    }
  })

  test.each(LAUNCHERS)(
    'a sandbox in a sandbox starts where that allows it and the user is not root, by $name; else it says why not',
    async ({ name, wordsFor }) => {
      const workspace = makeDirectory(user)
      const inner = [
        ...stagedWords(name),
        ...wordsFor(workspace),
        'sh',
        '-c',
        'echo inner; touch /etc/x || exit 9',
      ]
      const outcome = await withLibrary(
        user,
        { profile: workspaceWrite({ root: workspace }), inner },
        async ({ lib }, { profile, inner: words }) => {
          const [program = '', ...args] = words
          const nested = await lib.Sandbox.create({ profile, nestedSandbox: true })
          const plain = await lib.Sandbox.create({ profile })
          const run = async (sandbox: Sandbox) => {
            const { exitCode, stdout, stderr } = await sandbox.run(program, args)
            return { exitCode, stdout, stderr }
          }
          return { nested: await run(nested), plain: await run(plain) }
        },
      )
      // The kernel lets only a holder of CAP_SETFCAP map root into a namespace, and the command has no capability.
      expect(outcome.nested).toMatchObject(
        user.uid === 0 ? { exitCode: 125 } : { exitCode: 9, stdout: 'inner\n' },
      )
      expect(outcome.plain).toMatchObject({ exitCode: 125, stdout: '' })
      expect(outcome.plain.stderr).toMatch(/^linux-sandbox: .+\nhint: .+\n$/)
    },
  )
})

describeForUsers('two hundred runs in one process', [], (user) => {
  // A process that grows past the size from which on there is a broker has its descriptors, too, from then on.
  test.each([
    { starter: 'Node', broker: NEVER_BROKER },
    { starter: 'the broker', broker: ALWAYS_BROKER },
  ])(
    'by $starter leave no descriptor, no process, no zombie and no file behind',
    { timeout: 60_000 },
    async ({ broker }) => {
      const before = new Set(readdirSync(tmpdir()))
      const seen = await withLibrary(
        user,
        readOnly(),
        async ({ lib, fs, attempt }, profile) => {
          const sandbox = await lib.Sandbox.create({ profile })
          const run = async (): Promise<void> => {
            await sandbox.run('sh', ['-c', 'sleep 1000 & echo text'])
            await attempt(() => sandbox.run('no-such-program'))
          }
          const descriptors = (): number => fs.readdirSync('/proc/self/fd').length
          const isBroker = (pid: string): boolean =>
            fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] === 'broker'
          const children = (): string[] => {
            const list = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim()
            return list === '' ? [] : list.split(' ').filter((pid) => !isBroker(pid))
          }
          await run()
          const first = { descriptors: descriptors(), listeners: process.eventNames().length }
          for (let i = 0; i < 25; i++) await Promise.all([run(), run(), run(), run()])
          // What has ended is closed a moment later, and more than one on a busy machine.
          for (let looks = 0; looks < 200 && descriptors() !== first.descriptors; looks++)
            await new Promise((resolve) => setTimeout(resolve, 50))
          return {
            first,
            last: { descriptors: descriptors(), listeners: process.eventNames().length },
            children: children(),
          }
        },
        { env: { PATH: '/usr/bin:/bin', TMPDIR: makeDirectory(user) }, broker },
      )
      expect(seen.last).toEqual(seen.first)
      expect(seen.children).toEqual([])
      // Other tests run meanwhile; what they make has the six random characters of mkdtemp at its end.
      const known = /-\w{6}$/
      const left = readdirSync(tmpdir()).filter(
        (name) => !before.has(name) && !known.test(name) && /sandbox|bwrap/i.test(name),
      )
      expect(left).toEqual([])
    },
  )
})

describeForUsers('a program', [], (user) => {
  test.each(LAUNCHERS)(
    '$name leaves nothing in the directory for temporary files',
    async ({ name, wordsFor }) => {
      const directory = makeDirectory(user)
      const env = { PATH: '/usr/bin:/bin', TMPDIR: directory }
      const end = await runProgram(user, ...stagedCall(name, [...wordsFor(directory), 'echo', 'hi']), { env })
      expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'hi\n', stderr: '' })
      expect(readdirSync(directory)).toEqual([])
    },
  )
})
