import { UsageError } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { parseLimits } from '../src/limits.ts'

test('limits have the names of the command line and the units of the library', () => {
  const words = ['processes=5', 'memory=2G', 'file-size=3M', 'open-files=64', 'cpu-seconds=10', 'memory=4K']
  expect(parseLimits(words, 'x')).toEqual({
    processes: 5,
    memoryBytes: 4096,
    fileSizeBytes: 3 * 1024 * 1024,
    openFiles: 64,
    cpuSeconds: 10,
  })
  expect(parseLimits(['memory=77'], 'x')).toEqual({ memoryBytes: 77 })
  expect(parseLimits([], 'x')).toEqual({})
})

test.each([
  { word: 'memory', message: /takes NAME=VALUE, .* not "memory"/ },
  { word: '', message: /takes NAME=VALUE/ },
  { word: '=5', message: /takes NAME=VALUE/ },
  { word: 'toString=5', message: /takes NAME=VALUE/ },
  { word: 'memory=', message: /--limit memory takes a whole number above 0, with K, M or G, not ""/ },
  { word: 'memory=0', message: /not "0"/ },
  { word: 'memory=-1', message: /not "-1"/ },
  { word: 'memory=1.5G', message: /not "1.5G"/ },
  { word: 'memory=1g', message: /not "1g"/ },
  { word: 'memory=9999999999G', message: /not "9999999999G"/ },
  { word: 'processes=1K', message: /--limit processes takes a whole number above 0, not "1K"/ },
  { word: 'processes=5=6', message: /not "5=6"/ },
])('the limit $word is refused', ({ word, message }) => {
  expect(() => parseLimits([word], 'x')).toThrow(UsageError)
  expect(() => parseLimits([word], 'x')).toThrow(message)
})

test('a name that is nearly right is suggested', () => {
  expect(() => parseLimits(['memroy=5'], 'x')).toThrow(
    expect.objectContaining({ hint: 'did you mean memory? see x --help' }),
  )
})
