import { library } from '@linux-sandbox/build-config/tsup'

// `dist/index.js` must lie one folder below the package, where the path of `bin` starts from.
export default library({ entry: { index: 'src/index.ts', 'protocol/index': 'src/protocol/index.ts' } })
