import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseManagedNetwork, PROXY_VARIABLES, proxyEnvironment } from '../src/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/managed-proxy.md'), 'utf8')

function section(title: string): string {
  const found = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`))
  if (found === undefined) throw new Error(`the page has no section ${title}`)
  return found
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([A-Za-z_]+)`/g)].map(([, name = '']) => name)
}

test('the page has the variables that are looked at', () => {
  const [sentence = ''] = section('Which variables').split('White space')
  expect(quoted(sentence).toSorted()).toEqual([...PROXY_VARIABLES].toSorted())
})

test('the page has every variable of a complete environment, with the value that it gets', () => {
  const variables = proxyEnvironment({
    httpPort: 1,
    socksPort: 2,
    noProxy: ['localhost'],
    javaToolOptions: true,
  })
  const kinds: Record<string, RegExp> = {
    URL: /^http:\/\/127\.0\.0\.1:1$/,
    'URL or SOCKS': /^socks5h:\/\/127\.0\.0\.1:2$/,
    list: /^localhost$/,
    HTTP: /^(?:(?:http:\/\/)?127\.0\.0\.1:1|1|true)$/,
    parts: /^(?:http|127\.0\.0\.1|1)$/,
    Java: /^-Dhttp\.proxyHost=/,
    'on request': /^-Dhttp\.proxyHost=/,
  }
  const rows = section('A complete environment')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, names = '', kind = '']) => quoted(names).map((name) => ({ name, kind })))
  expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(variables).toSorted())
  for (const { name, kind } of rows) expect(variables[name], name).toMatch(kinds[kind] ?? /never/)
})

test('the page has the defaults of a managed network', () => {
  const [, json = ''] = /```json\n([^]*?)```/.exec(page) ?? []
  expect(parseManagedNetwork(json)).toEqual(parseManagedNetwork('{}'))
  expect(Object.keys(JSON.parse(json) as object)).toEqual(Object.keys(parseManagedNetwork('[]')))
})
