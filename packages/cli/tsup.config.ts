import { library } from '@linux-sandbox/build-config/tsup'

export default library({ entry: ['src/main.ts'], format: ['esm'] })
