import { execFileSync, spawn } from 'node:child_process'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { makeDirectory } from '../../support/index.ts'
import { ALL_WAYS, describeClient, type ClientCase } from './client-case.ts'

const WORD = 'the file of the test'

/** More than git sends in one piece without chunks (`http.postBuffer`, 1 MiB). */
const PUSHED_BYTES = 3_000_000

const AUTHOR = {
  GIT_AUTHOR_NAME: 'A Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.test',
  GIT_COMMITTER_NAME: 'A Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.test',
}

/** Serves a bare repository with one commit, at `/repository.git`, as a forge would. */
const serveRepository: ClientCase['serve'] = ({ user }) => {
  // Made and served by this process, whoever the user is.
  const root = makeDirectory({
    ...user,
    uid: process.geteuid?.() ?? user.uid,
    gid: process.getegid?.() ?? user.gid,
  })
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: root, ...AUTHOR },
      stdio: 'pipe',
    })
  }
  git('init', '-q', 'work')
  git('-C', 'work', 'commit', '-q', '--allow-empty', '-m', WORD)
  git('clone', '-q', '--bare', 'work', 'repository.git')
  git('-C', 'repository.git', 'config', 'http.receivepack', 'true')
  return gitBackend(root)
}

/** `git http-backend` by CGI (RFC 3875). */
function gitBackend(root: string): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server.test')
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        HOME: root,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: pathname,
        QUERY_STRING: searchParams.toString(),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
        ...contentLength(request),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    onTestFinished(() => void child.kill())
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('close', () => answer(response, Buffer.concat(output)))
  }
}

/** A body in chunks has none, and is read to its end. */
function contentLength({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const length = headers['content-length']
  return length === undefined ? {} : { CONTENT_LENGTH: length }
}

function answer(response: ServerResponse, output: Buffer): void {
  const separator = '\r\n\r\n'
  const end = output.indexOf(separator)
  for (const line of output.subarray(0, Math.max(end, 0)).toString().split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? []
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
    else if (name !== '') response.setHeader(name, value)
  }
  response.end(output.subarray(end + separator.length))
}

const CLONE_AND_PUSH = `
  git clone -q "$URL" clone && cd clone && git log --format=%s &&
  head -c ${PUSHED_BYTES} /dev/urandom > big && git add big && git commit -q -m big && git push -q && git ls-remote origin | grep -q "$(git rev-parse HEAD)" && echo pushed
`
const works = new RegExp(`^${WORD}\\npushed$`, 'm')

describeClient({
  client: 'git clone and push, https',
  needs: ['git'],
  protocol: 'connect',
  ways: ALL_WAYS,
  serve: serveRepository,
  command: () => ['sh', '-c', CLONE_AND_PUSH],
  env: ({ origin, certificate }) => ({
    URL: `${origin.httpsUrl}/repository.git`,
    GIT_SSL_CAINFO: certificate,
    ...AUTHOR,
  }),
  works,
  refused: /\b403\b/,
  refusedBySocks: /SOCKS5 connection/,
})

describeClient({
  client: 'git clone and push, http',
  needs: ['git'],
  protocol: 'http',
  serve: serveRepository,
  command: () => ['sh', '-c', CLONE_AND_PUSH],
  env: ({ origin }) => ({ URL: `${origin.httpUrl}/repository.git`, ...AUTHOR }),
  works,
  refused: /\b403\b/,
})
