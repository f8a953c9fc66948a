import { fstatSync, lstatSync } from 'node:fs'
import { SandboxSetupError } from '@linux-sandbox/errors'
import { errnoOf } from '@linux-sandbox/host-probe'
import { UsageError } from '../usage.js'
import { PROGRAM } from './flags.js'

/** A mount that an outer stage has made from a descriptor. */
export interface FdMount {
  readonly descriptor: number
  readonly path: string
}

/** The first descriptor that is no standard stream. */
const FIRST_OWN = 3

/** @throws {UsageError} unless `text` is `FD:PATH` with a descriptor above 2 and an absolute path. */
export function parseFdMount(text: string): FdMount {
  const [, number = '', path = ''] = /^(\d{1,9}):(\/[^]*)$/.exec(text) ?? []
  const descriptor = Number(number)
  if (path !== '' && descriptor >= FIRST_OWN) return { descriptor, path }
  throw new UsageError(
    `--verify-fd-mount takes a descriptor above 2 and an absolute path, as 3:/path, not ${JSON.stringify(text)}`,
    PROGRAM,
  )
}

/** @throws {SandboxSetupError} (step `mounts`) unless each path is what its descriptor refers to. */
export function verifyFdMounts(mounts: readonly FdMount[]): void {
  for (const mount of mounts) {
    const problem = problemOf(mount)
    if (problem === undefined) continue
    throw new SandboxSetupError({ step: 'mounts', errno: problem.errno }, problem.message, {
      hint: 'the outer stage and this one have to be of the same program',
    })
  }
}

function problemOf({ descriptor, path }: FdMount): { message: string; errno: number } | undefined {
  try {
    const opened = fstatSync(descriptor)
    const mounted = lstatSync(path)
    if (opened.dev === mounted.dev && opened.ino === mounted.ino) return undefined
    return { message: `${path} is not what descriptor ${descriptor} refers to`, errno: 0 }
  } catch (error) {
    return { message: `${path} or descriptor ${descriptor} cannot be looked at`, errno: errnoOf(error) }
  }
}
