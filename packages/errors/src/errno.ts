/** The kernel's error number of an error of Node, positive; 0 where there is none. */
export function errnoOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return 0
  return typeof error.errno === 'number' ? Math.abs(error.errno) : 0
}
