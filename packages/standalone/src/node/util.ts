export { parseArgs } from './parse-args.js'
export { systemErrorName as getSystemErrorName } from './system-error.js'
