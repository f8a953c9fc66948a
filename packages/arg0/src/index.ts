export { aliasDirectory, type AliasDirectory, type AliasOptions } from './alias-directory.js'
export { dispatch, type Invocation, type Program } from './dispatch.js'
