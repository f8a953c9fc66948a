import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  makeDirectory,
  runOnTerminal,
  runProgram,
  stagedNode,
  stagedProgram,
  userEnvironment,
  TEST_BACKEND,
} from '../../support/index.ts'
import { expectRefusal, runOurs } from '../bad-input/programs.ts'
import { makeFiles, makeOutside } from './places.ts'

const NAME = 'linux-sandbox'

describeForUsers('the multitool', [], (user) => {
  test.each([
    {
      words: ['explian'],
      status: 127,
      message: /"explian" was not found/,
      hint: /^did you mean linux-sandbox explain\?/,
    },
    { words: ['help', 'chek'], status: 2, message: /no command "chek"/, hint: /^did you mean check\?/ },
    {
      words: ['run', '--profil', 'x', 'true'],
      status: 2,
      message: /'--profil'/,
      hint: /^did you mean --profile\?/,
    },
    {
      words: ['completion'],
      status: 2,
      message: /name one shell: bash, zsh or fish/,
      hint: /completion --help$/,
    },
    { words: ['completion', 'bsh'], status: 2, message: /not for "bsh"/, hint: /^did you mean bash\?/ },
    { words: ['doctor', 'x'], status: 2, message: /it takes no "x"/, hint: /doctor --help$/ },
    { words: ['check'], status: 2, message: /no path was given/, hint: /check --help$/ },
    { words: ['check', ''], status: 2, message: /a path is empty/, hint: /check --help$/ },
    {
      words: ['explain', '--bwrap', '--json'],
      status: 2,
      message: /--bwrap and --json exclude each other/,
      hint: /explain --help$/,
    },
    {
      words: ['explain', '--seccomp', '/x'],
      status: 2,
      message: /--seccomp takes no path/,
      hint: /explain --help$/,
    },
    {
      words: ['--limit', 'memroy=1', 'true'],
      status: 2,
      message: /not "memroy=1"/,
      hint: /^did you mean memory\?/,
    },
    {
      words: ['--device', '/etc/passwd', 'true'],
      status: 125,
      message: /the device \/etc\/passwd: it does not lie in \/dev/,
      hint: /devices/,
    },
    {
      words: ['check', '--device', '/etc/passwd', '/x'],
      status: 125,
      message: /does not lie in \/dev/,
      hint: /devices/,
    },
    { words: ['--device', 'kvm', 'true'], status: 2, message: /absolute/, hint: /./ },
  ])('refuses $words with $status', async ({ words, status, message, hint }) => {
    const end = await runOurs(user, NAME, words)
    expectRefusal(end, status, message)
    expect(end.stderr.split('\n')[1]?.replace('hint: ', '')).toMatch(hint)
  })

  test('says of a program that was not found no more than that, unless its name is nearly one of ours', async () => {
    const end = await runOurs(user, NAME, ['run', 'explian'])
    expectRefusal(end, 127, /"explian" was not found/)
    expect(end.stderr).not.toContain('did you mean')
    expect((await runOurs(user, NAME, ['no-such-program'])).stderr).not.toContain('did you mean')
  })

  test('prints the help of every command, by the option and by the word', async () => {
    for (const command of ['run', 'doctor', 'explain', 'check', 'completion']) {
      const help = await runOurs(user, NAME, [command, '--help'])
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      expect(help.stdout).toMatch(/^Usage: linux-sandbox .*\n\n[^]*\nExamples:\n {2}linux-sandbox /)
      expect(await runOurs(user, NAME, ['help', command])).toEqual(help)
    }
    expect(await runOurs(user, NAME, ['help'])).toEqual(await runOurs(user, NAME, ['--help']))
  })

  test('tells what the host can enforce, with the status', async () => {
    const report = await runOurs(user, NAME, ['doctor'])
    expect(report).toMatchObject({ exitCode: 0, stderr: '' })
    const { stdout } = await runOurs(user, NAME, ['doctor', '--json'])
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly id: string }[] }
    expect(findings.map(({ id }) => id)).toContain('bwrap')
    const without = await runOurs(user, NAME, ['doctor'], { env: { PATH: '/nowhere' } })
    expect(without.exitCode).toBe(0)
    expect(without.stdout).toContain('sandboxes are made without it')
  })

  test('confines by what it is asked to, and says that there is no preview of Landlock', async () => {
    const policy = ['--use-legacy-landlock', '-P', ':read-only']
    const enforced = async (options: readonly string[]): Promise<unknown> => {
      const words = [stagedNode(), stagedProgram(NAME), ...options, '--json', '3', 'sh', '-c', ':']
      const { stdout } = await runProgram(user, 'sh', ['-c', '"$@" 3>&1 >/dev/null', 'sh', ...words])
      return (JSON.parse(stdout) as { readonly enforced: { readonly filesystem: string } }).enforced
        .filesystem
    }
    expect(await enforced(['-P', ':read-only'])).toBe(TEST_BACKEND)
    for (const backend of ['bwrap', 'native']) {
      expect(await enforced(['--backend', backend, '-P', ':read-only'])).toBe(backend)
      expect(await enforced(['-c', `backend=${backend}`, '-P', ':read-only'])).toBe(backend)
      expect(await enforced(['-c', 'use_legacy_landlock=true', '--backend', backend])).toBe(backend)
    }
    expect(await enforced(policy)).toBe('landlock')
    expect(await enforced(['-c', 'use_legacy_landlock=true', '-P', ':read-only'])).toBe('landlock')
    const explained = await runOurs(user, NAME, ['explain', '-c', 'use_legacy_landlock=true'])
    expectRefusal(explained, 125, /"backend: landlock": a preview is of mounts/)
    const contradicting = await runOurs(user, NAME, ['--use-legacy-landlock', '--backend', 'bwrap', 'true'])
    expectRefusal(contradicting, 2, /--backend contradicts --use-legacy-landlock/)
  })

  test('is the helper under its name', async () => {
    const directory = makeDirectory(user)
    const link = join(directory, 'codex-linux-sandbox')
    symlinkSync(stagedProgram(NAME), link)
    const helper = await runProgram(user, stagedNode(), [link, '--version'])
    expect(helper.stdout).toMatch(/^codex-linux-sandbox \d/)
    expect((await runOurs(user, NAME, ['--version'])).stdout).toMatch(/^linux-sandbox \d/)
  })

  test('passes limits, a private /tmp and devices on to the sandbox', async () => {
    const limits = [
      '--limit',
      'memory=8G',
      '--limit',
      'open-files=77',
      '--limit',
      'cpu-seconds=99',
      '--limit',
      'file-size=1K',
    ]
    const script = 'ulimit -v; ulimit -n; ulimit -t; ulimit -f; ls -A /tmp; test -e /dev/fuse && echo fuse'
    const given = existsSync('/dev/fuse') ? ['fuse'] : []
    // The packages under test lie in /tmp, and the native program is kept from the command; the workspace lies there too.
    const isForeign = (line: string): boolean => !/^linux-sandbox-(stage|test)-/.test(line)
    const inside = await runOurs(user, NAME, [
      ...limits,
      '--private-tmp',
      '--device',
      '/dev/fuse',
      'sh',
      '-c',
      script,
    ])
    expect(inside.stdout.trim().split('\n').filter(isForeign)).toEqual(['8388608', '77', '99', '2', ...given])
    const without = await runOurs(user, NAME, ['sh', '-c', script])
    expect(without.stdout).toMatch(/^unlimited\n/)
    expect(without.stdout).toContain('linux-sandbox-stage-')
    expect(without.stdout).not.toContain('fuse')
  })

  test('explains a policy as a tree, in the characters of the locale, and coloured only on a terminal', async () => {
    const top = makeOutside(user)
    makeFiles(user, top, { 'w/.git/HEAD': '', 'w/src/': '' })
    const args = [stagedProgram(NAME), 'explain', '-C', join(top, 'w')]
    const plain = await runProgram(user, stagedNode(), args)
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' })
    expect(plain.stdout).toMatch(/^\/ +read +entries\[0\], read on \/ \(:root\)$/m)
    expect(plain.stdout).toMatch(/^[├└]── .*\/w +write +entries\[1\].* \(:workspace_roots\)$/m)
    expect(plain.stdout).toMatch(/^[ │]+ [├└]── \.git +read +entries\[4\]/m)
    expect(plain.stdout).toContain('\nRead-only by name in every directory that can be written:\n  .git ')
    const ascii = await runProgram(user, stagedNode(), args, { env: { ...userEnvironment(), LANG: 'C' } })
    expect(ascii.stdout).toMatch(/^[\n -~]*$/)
    expect(ascii.stdout).toMatch(/^[|`]-- /m)
  })

  test.skipIf(!hasFeature('python3'))('colours on a terminal, and not with NO_COLOR', async () => {
    const words = [stagedNode(), stagedProgram(NAME), 'explain', '-P', ':read-only']
    const { transcript, status } = await runOnTerminal(user, words, [])
    expect({ status, isColoured: transcript.includes('\u001B[33mread') }).toEqual({
      status: 0,
      isColoured: true,
    })
    const plain = await runOnTerminal(user, words, [], { env: { NO_COLOR: '1' } })
    expect(plain.transcript).toMatch(/^\/ +read /m)
    expect(plain.transcript).not.toContain('\u001B[')
  })

  test.skipIf(!hasFeature('python3'))(
    'leaves nothing on a terminal but what the command writes',
    async () => {
      const words = [stagedNode(), stagedProgram(NAME), '-P', ':read-only', 'echo', 'written']
      const { transcript, status } = await runOnTerminal(user, words, [])
      expect({ transcript, status }).toEqual({ transcript: 'written\r\n', status: 0 })
    },
  )

  test('shows the arguments of bwrap and the filter', async () => {
    const bwrap = await runOurs(user, NAME, ['explain', '-P', ':read-only', '--bwrap'])
    expect(bwrap.stdout).toMatch(/^\/\S*bwrap \\\n {2}--as-pid-1 \\\n/)
    expect(bwrap.stdout).toMatch(/^ {2}--ro-bind \/ \/ \\$/m)
    expect(bwrap.stdout).not.toMatch(/--bind /)
    expect((await runOurs(user, NAME, ['explain', '--bwrap'])).stdout).toMatch(/^ {2}--bind \/tmp \/tmp \\$/m)
    const filter = await runOurs(user, NAME, ['explain', '--seccomp'])
    expect(filter.stdout).toMatch(/^ {3}0: load arch\n/)
    expect(filter.stdout).not.toBe(
      (await runOurs(user, NAME, ['explain', '--seccomp', '-n', 'enabled'])).stdout,
    )
    for (const view of ['--bwrap', '--seccomp']) {
      const { stdout } = await runOurs(user, NAME, ['explain', '-P', ':danger-full-access', view])
      expect(stdout).toBe('The policy restricts nothing: the command runs without a sandbox.\n')
    }
  })

  test('explains paths: the rule, what else covers them, and what would change it', async () => {
    const top = makeOutside(user)
    makeFiles(user, top, { 'w/.git/HEAD': '', file: '' })
    symlinkSync('../file', join(top, 'w/out'))
    const end = await runOurs(user, NAME, ['explain', '-C', join(top, 'w'), '.git/HEAD', 'out', '/dev/null'])
    expect(end.stdout.replaceAll(top, 'TOP')).toMatch(
      /^TOP\/w\/\.git\/HEAD: read\n {2}because entries\[4\].*\n {2}and not .*\n[^]*\n {2}for write: add write on TOP\/w\/\.git\/HEAD\nTOP\/w\/out, which leads to TOP\/file\nTOP\/file: read\n[^]*\n\/dev\/null: write\n {2}because the sandbox has its own \/dev: only the harmless devices\n$/,
    )
  })
})
