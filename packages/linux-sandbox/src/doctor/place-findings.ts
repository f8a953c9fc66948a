import type { HostFacts } from '@linux-sandbox/host-probe'
import { fine, finding, type Finding } from './finding.js'
import { setKernelSetting } from './remedies.js'

/** Limits, and directories that programs rely on. */
export function resourceFindings(facts: HostFacts): Finding[] {
  return [memoryFinding(facts), openFilesFinding(facts), sharedMemoryFinding(facts), tmpFinding(facts)]
}

function memoryFinding({ limits: { addressSpaceBytes, hasStrictMemory } }: HostFacts): Finding {
  if (addressSpaceBytes !== undefined) {
    return finding('memory-limited', {
      what: `this process and all that it starts have at most ${mebibytes(addressSpaceBytes)} MiB of address space`,
      how: 'Max address space in /proc/self/limits',
      cost: 'programs that reserve much more than they use, such as Node, Java and Go, do not start in a sandbox, nor outside',
      remedy: ['ulimit -v unlimited', 'or limit what is used: memory.max of a control group'],
    })
  }
  if (hasStrictMemory) {
    return finding('memory-strict', {
      what: 'the kernel promises no more memory than it has',
      how: '/proc/sys/vm/overcommit_memory is 2',
      cost: 'programs that reserve much more than they use may not start; a fork of a large process can fail with ENOMEM',
      remedy: setKernelSetting('vm.overcommit_memory', '0'),
    })
  }
  return fine('memory', 'address space is not limited', '/proc/self/limits, /proc/sys/vm/overcommit_memory')
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024)
}

/** Each missing protected name takes one descriptor of `supervise`, each running command some ten of the caller. */
const FEW_OPEN_FILES = 256

function openFilesFinding({ limits: { openFiles } }: HostFacts): Finding {
  const how = 'Max open files in /proc/self/limits'
  if (openFiles === undefined || openFiles >= FEW_OPEN_FILES) {
    return fine('open-files', `${openFiles ?? 'any number of'} open files for each process`, how)
  }
  return finding('open-files-few', {
    what: `a process can have ${openFiles} open files`,
    how,
    cost: 'many commands at a time, or a policy with many missing protected names, fail with EMFILE',
    remedy: ['ulimit -n 1024', 'if the hard limit is lower, as root: prlimit --nofile=1024:4096 --pid PID'],
  })
}

function sharedMemoryFinding({ hasSharedMemory }: HostFacts): Finding {
  if (hasSharedMemory) return fine('shared-memory', '/dev/shm is there', '/dev/shm')
  return finding('shared-memory-missing', {
    what: 'there is no /dev/shm',
    how: '/dev/shm is no directory',
    cost: 'none in a sandbox, which has one of its own; programs outside that share memory fail',
    remedy: ['mkdir -p -m 1777 /dev/shm && mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm'],
  })
}

/** What is said of it, and by whoever fails without it. */
export const TMP_MISSING = {
  what: 'there is no /tmp',
  remedy: (): readonly string[] => ['mkdir -m 1777 /tmp'],
}

/** bwrap builds every sandbox on a mount at /tmp. Source: `base_path` in main(), bubblewrap.c in 0.8.0. */
export function tmpFinding({ hasTmp }: HostFacts): Finding {
  if (hasTmp) return fine('tmp', '/tmp is there', '/tmp')
  return finding('tmp-missing', {
    what: TMP_MISSING.what,
    how: '/tmp is no directory',
    cost: 'bwrap cannot be used, which builds sandboxes there; most programs have no place for temporary files',
    remedy: TMP_MISSING.remedy(),
  })
}
