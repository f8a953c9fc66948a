/** For the branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new TypeError(`cannot happen: ${JSON.stringify(value)}`)
}
