export * from './protocol/index.js'
export { NATIVE_PROGRAM_VARIABLE, nativeProgramPath } from './program-path.js'
