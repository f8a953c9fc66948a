import { library } from '@linux-sandbox/build-config/tsup'

// One file instead of ten packages, each of which would be looked for at every start. Apart stay the errors, whose classes callers compare, and the
// native program with what finds it.
export default library({ noExternal: [/^@linux-sandbox\/(?!errors|native)/] })
