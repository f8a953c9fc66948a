import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The processors that this process may use, in their order: `Cpus_allowed_list` of proc_pid_status(5). */
export function ownProcessors() {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, place) => first + place)
  })
}

/** The words that start a command on one processor: taskset(1). */
export function onProcessor(processor, command) {
  return ['taskset', '--cpu-list', String(processor), ...command]
}

/** Runs `act` while this thread, and so every process that it starts meanwhile, is on one processor. */
export async function whileOn(processor, act) {
  const before = ownProcessors()
  moveTo([processor])
  try {
    return await act()
  } finally {
    moveTo(before)
  }
}

function moveTo(processors) {
  execFileSync('taskset', ['--pid', '--cpu-list', processors.join(','), String(process.pid)])
}
