export { atBase, profileOf } from './case.mjs'
export { makeTree } from './disk.mjs'
export { ALL_FEATURES } from './features.mjs'
export { randomCase } from './generate.mjs'
