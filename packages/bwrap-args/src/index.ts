export { bwrapArgs, type BwrapInvocation, type NetworkNamespace } from './bwrap-args.js'
export { OPTIONAL_OPTIONS, SUFFICIENT_VERSION, type BwrapFeatures, type BwrapOption } from './features.js'
