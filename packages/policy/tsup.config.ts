import { library } from '@linux-sandbox/build-config/tsup'

export default library({ noExternal: ['valibot', 'jsonc-parser'] })
