import { library } from '@linux-sandbox/build-config/tsup'

// As in the package `linux-sandbox`: one file is found faster than ten packages.
export default library({
  entry: ['src/main.ts'],
  format: ['esm'],
  noExternal: [/^@linux-sandbox\/(?!errors|native)/],
})
