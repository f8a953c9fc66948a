import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastingDirectory } from './cache.mjs'
import { run } from './program.mjs'

/**
 * Debian's packages for a machine that is not this one: an apt with a state of its own, which takes the sources of this host, installs
 * nothing, and needs no root and no foreign architecture.
 */
export class Apt {
  #options
  #hasLists = false

  /** @param {'amd64' | 'arm64'} architecture - as Debian calls it */
  constructor(architecture) {
    const state = lastingDirectory(`apt-${architecture}`)
    for (const directory of ['lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(state, directory), { recursive: true })
    }
    // Nothing is installed, so that every dependency is among the packages.
    writeFileSync(join(state, 'status'), '')
    this.#options = [
      `APT::Architecture=${architecture}`,
      `APT::Architectures=${architecture}`,
      `Dir::State=${state}`,
      `Dir::State::lists=${join(state, 'lists')}`,
      `Dir::State::status=${join(state, 'status')}`,
      `Dir::Cache=${join(state, 'cache')}`,
      'Debug::NoLocking=1',
      'APT::Sandbox::User=',
    ].flatMap((option) => ['-o', option])
  }

  /**
   * `packages` and all that they depend on, each as `name=version`.
   *
   * @param {readonly string[]} packages
   * @returns {string[]}
   */
  withDependencies(packages) {
    const plan = this.#apt('apt-get', ['install', '--simulate', '--no-install-recommends', ...packages])
    // Inst NAME (VERSION ORIGIN [ARCHITECTURE])
    const lines = plan.matchAll(/^Inst (\S+) \((\S+)/gm)
    return Array.from(lines, ([, name, version]) => `${name}=${version}`).toSorted()
  }

  /**
   * The package that `metaPackage` stands for now: it depends on nothing else whose name starts so.
   *
   * @param {string} metaPackage
   * @returns {string} `name=version`
   */
  standsFor(metaPackage) {
    const wanted = /^linux-image-\d/
    const found = this.withDependencies([metaPackage]).find(
      (one) => wanted.test(one) && !one.startsWith(`${metaPackage}=`),
    )
    if (found === undefined) throw new Error(`the package ${metaPackage} depends on no kernel`)
    return found
  }

  /**
   * @param {readonly string[]} packages - `name=version`
   * @param {string} directory
   * @returns {string[]} the paths of the downloaded files
   */
  download(packages, directory) {
    this.#apt('apt-get', ['download', ...packages], directory)
    return readdirSync(directory)
      .filter((name) => name.endsWith('.deb'))
      .map((name) => join(directory, name))
  }

  /**
   * @param {string} program
   * @param {readonly string[]} args
   * @param {string} [cwd]
   */
  #apt(program, args, cwd = '/') {
    const env = { ...process.env, LC_ALL: 'C' }
    if (!this.#hasLists) {
      run('apt-get', [...this.#options, '-qq', 'update'], { cwd: '/', env })
      this.#hasLists = true
    }
    return run(program, [...this.#options, '-qq', ...args], { cwd, env }).toString()
  }
}
