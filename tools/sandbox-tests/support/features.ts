import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { nativeProgramPath } from '@linux-sandbox/native'
import { stagedStandalone } from './standalone.ts'

/**
 * What a host test can need, and how to tell that this host has it. A test that lacks one is skipped with its name; where
 * `SANDBOX_TEST_REQUIRE` lists it (comma-separated, `all` for every one) the test fails instead.
 */
const FEATURES = {
  linux: () => process.platform === 'linux',
  root: () => process.geteuid?.() === 0,
  /** Somebody who is not root: this process, or a user that root can become. */
  ordinaryUser: () => process.platform === 'linux',
  bwrap: () => succeeds('bwrap', ['--version']),
  userNamespaces: () => succeeds('bwrap', ['--unshare-user', '--ro-bind', '/', '/', 'true']),
  /** Sandboxes can be made without bwrap. */
  nativeLaunch: () =>
    spawnSync(nativeProgramPath(), ['launch-check'], { encoding: 'utf8' }).stdout === 'ok\n',
  /** The helper as one static file. */
  standalone: () => existsSync(stagedStandalone()),
  seccomp: () => existsSync('/proc/sys/kernel/seccomp/actions_avail'),
  landlock: () => landlockAbi() > 0,
  cc: () => succeeds('cc', ['--version']),
  git: () => succeeds('/usr/bin/git', ['--version']),
  curl: () => succeeds('curl', ['--version']),
  wget: () => succeeds('wget', ['--version']),
  openssl: () => succeeds('openssl', ['version']),
  go: () => succeeds('go', ['version']),
  java: () => succeeds('java', ['-version']),
  /** Java with its compiler, so that it runs sources. */
  javac: () => succeeds('javac', ['-version']),
  python3: () => succeeds('/usr/bin/python3', ['--version']),
  pip: () => succeeds('/usr/bin/python3', ['-m', 'pip', '--version']),
  /** The library `requests` of Python. */
  pythonRequests: () => succeeds('/usr/bin/python3', ['-c', 'import requests']),
  npm: () => succeeds('npm', ['--version']),
  /** `script` from util-linux, which gives a program a terminal. */
  script: () => succeeds('script', ['--version']),
  /** There is a network beside loopback. */
  network: () =>
    readFileSync('/proc/net/dev', 'utf8')
      .split('\n')
      .filter((line) => line.includes(':')).length > 1,
  /** IPv6 is on. */
  ipv6: () => readFileSync('/proc/net/if_inet6', 'utf8') !== '',
} as const

export type Feature = keyof typeof FEATURES

const known = new Map<Feature, boolean>()

/** Version of the Landlock ABI of this kernel; 0 where Landlock is absent or off. */
export function landlockAbi(): number {
  const { stdout } = spawnSync(nativeProgramPath(), ['landlock-abi'], { encoding: 'utf8' })
  return Number(stdout)
}

/** Whether this host has `feature`. Looked at once. */
export function hasFeature(feature: Feature): boolean {
  let has = known.get(feature)
  if (has === undefined) {
    has = attempt(FEATURES[feature])
    known.set(feature, has)
  }
  return has
}

/**
 * The features of `needed` that this host lacks and that nobody insists on.
 *
 * @throws {Error} when one is missing that `SANDBOX_TEST_REQUIRE` names.
 */
export function missingFeatures(needed: readonly Feature[]): Feature[] {
  const missing = needed.filter((feature) => !hasFeature(feature))
  const required = (process.env['SANDBOX_TEST_REQUIRE'] ?? '').split(',')
  const broken = missing.filter((feature) => required.includes('all') || required.includes(feature))
  if (broken.length > 0)
    throw new Error(`this host must have ${broken.join(', ')}, by SANDBOX_TEST_REQUIRE, and has not`)
  return missing
}

function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function attempt(look: () => boolean): boolean {
  try {
    return look()
  } catch {
    return false
  }
}
