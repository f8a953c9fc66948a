export { type Action } from './action.js'
export { AUDIT_ARCH, type Arch } from './arch.js'
export { encodeProgram, type Instruction, type Program } from './bpf.js'
export { compileFilter } from './compile.js'
export { type ArgumentIndex, type Condition } from './condition.js'
export { disassemble } from './disassemble.js'
export { evaluateFilter } from './evaluate.js'
export {
  createFilter,
  ruleFor,
  ruleForNumbers,
  type Case,
  type Decision,
  type Filter,
  type NumberRange,
  type Rule,
} from './filter.js'
export { commandFilterBytes, relayFilterBytes } from './filter-bytes.js'
export { filterFor } from './filter-for.js'
export { relayFilterFor } from './relay-filter.js'
export { runProgram } from './interpret.js'
export { type FilterOptions, type NetworkMode } from './options.js'
export { type SeccompData } from './seccomp-data.js'
export { syscallName, syscallNumber, SYSCALLS, type SyscallName } from './syscall-table.js'
