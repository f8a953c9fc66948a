export { bwrapArgs, type BwrapInvocation, type NetworkNamespace } from './bwrap-args.js'
export {
  missingOption,
  OPTIONAL_OPTIONS,
  SUFFICIENT_VERSION,
  USEFUL_OPTIONS,
  type BwrapFeatures,
  type BwrapOption,
} from './features.js'
