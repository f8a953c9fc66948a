import { createHash } from 'node:crypto'
import { makeDirectory } from '../../support/index.ts'
import { makeTarball, makeZip } from './archives.ts'
import { ALL_WAYS, describeClient, type ClientCase } from './client-case.ts'
import { serveFiles, type Origin } from './origin.ts'

const NAME = 'made-package'
const PYTHON_NAME = 'made_package'
const VERSION = '1.0.0'
const WORD = 'the package of the test'

/** A registry of npm with one package. */
const serveNpm: ClientCase['serve'] = ({ user }, origin) => {
  const tarball = makeTarball(makeDirectory(user), {
    'package/package.json': JSON.stringify({ name: NAME, version: VERSION, main: 'index.js' }),
    'package/index.js': `console.log('${WORD}')\n`,
  })
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const path = `/${NAME}/-/${NAME}-${VERSION}.tgz`
  const document = ({ httpsUrl }: Origin): string => {
    const dist = { tarball: `${httpsUrl}${path}`, integrity }
    const versions = { [VERSION]: { name: NAME, version: VERSION, dist } }
    return JSON.stringify({ name: NAME, 'dist-tags': { latest: VERSION }, versions })
  }
  return serveFiles(
    () =>
      new Map<string, string | Buffer>([
        [`/${NAME}`, document(origin())],
        [path, tarball],
      ]),
  )
}

describeClient({
  client: 'npm install from a registry, https',
  needs: ['npm'],
  protocol: 'connect',
  ways: ALL_WAYS,
  serve: serveNpm,
  command: () => [
    'sh',
    '-c',
    `npm install --no-audit --no-fund --fetch-retries=0 ${NAME} && node -e 'require("${NAME}")'`,
  ],
  env: ({ origin, certificate }) => ({
    npm_config_registry: `${origin.httpsUrl}/`,
    npm_config_cafile: certificate,
    npm_config_update_notifier: 'false',
  }),
  works: WORD,
  refused: /npm error .*\b403\b/,
  refusedBySocks: /Socks5 proxy rejected connection/,
})

/** A simple index of Python (PEP 503) with one wheel. */
const servePython: ClientCase['serve'] = ({ user }) => {
  const information = `${PYTHON_NAME}-${VERSION}.dist-info`
  const wheel = makeZip(makeDirectory(user), {
    [`${PYTHON_NAME}/__init__.py`]: `print('${WORD}')\n`,
    [`${information}/METADATA`]: `Metadata-Version: 2.1\nName: ${NAME}\nVersion: ${VERSION}\n`,
    [`${information}/WHEEL`]:
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${information}/RECORD`]: `${PYTHON_NAME}/__init__.py,,\n${information}/METADATA,,\n${information}/WHEEL,,\n`,
  })
  const digest = createHash('sha256').update(wheel).digest('hex')
  const file = `${PYTHON_NAME}-${VERSION}-py3-none-any.whl`
  const files = new Map<string, string | Buffer>([
    [`/simple/${NAME}/`, `<!DOCTYPE html><a href="/files/${file}#sha256=${digest}">${file}</a>`],
    [`/files/${file}`, wheel],
  ])
  const serve = serveFiles(() => files)
  return (request, response) => {
    if (request.url?.endsWith('/') === true) response.setHeader('Content-Type', 'text/html')
    serve(request, response)
  }
}

describeClient({
  client: 'pip install from an index, https',
  needs: ['pip'],
  protocol: 'connect',
  serve: servePython,
  command: () => [
    'sh',
    '-c',
    `/usr/bin/python3 -m pip install --retries 1 --target lib ${NAME} && PYTHONPATH=lib /usr/bin/python3 -c 'import ${PYTHON_NAME}'`,
  ],
  env: ({ origin, certificate }) => ({
    PIP_INDEX_URL: `${origin.httpsUrl}/simple/`,
    PIP_CERT: certificate,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  }),
  works: WORD,
  refused: /Tunnel connection failed: 403/,
})

/** A proxy of Go modules with one module. */
const serveGo: ClientCase['serve'] = ({ user }) => {
  const modFile = `module made.test/module\n`
  const root = `made.test/module@v${VERSION}`
  const archive = makeZip(makeDirectory(user), {
    [`${root}/go.mod`]: modFile,
    [`${root}/word.txt`]: WORD,
  })
  const path = `/made.test/module/@v/v${VERSION}`
  const files = new Map<string, string | Buffer>([
    [`${path}.info`, JSON.stringify({ Version: `v${VERSION}`, Time: '2026-01-01T00:00:00Z' })],
    [`${path}.mod`, modFile],
    [`${path}.zip`, archive],
  ])
  return serveFiles(() => files)
}

describeClient({
  client: 'go mod download from a module proxy, https',
  needs: ['go', 'python3'],
  protocol: 'connect',
  serve: serveGo,
  command: () => [
    'sh',
    '-c',
    `go mod download -modcacherw made.test/module@v${VERSION} && cat go/pkg/mod/made.test/module@v${VERSION}/word.txt`,
  ],
  env: ({ origin, certificate }) => ({
    GOPROXY: origin.httpsUrl,
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-mod=mod',
    SSL_CERT_FILE: certificate,
  }),
  works: WORD,
  refused: /Forbidden/,
})
