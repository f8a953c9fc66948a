import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'

/** The made-up name of every server. */
export const HOST = 'registry.test'

/** What a server says that has nothing else to serve. */
export const GREETING = 'hello from the server of the test'

export interface Origin {
  /** Without a slash at the end. */
  readonly httpUrl: string
  readonly httpsUrl: string
  /** What was asked so far: `GET https://registry.test:1234/path`. */
  readonly seen: readonly string[]
}

/** A certificate that is its own authority, and its key, both PEM. */
export interface Certificate {
  readonly path: string
  readonly keyPath: string
}

export function makeCertificate(directory: string): Certificate {
  const path = `${directory}/certificate.pem`
  const keyPath = `${directory}/key.pem`
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath]
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', path], { stdio: 'pipe' })
  chmodSync(path, 0o644)
  return { path, keyPath }
}

/** Serves HTTP and HTTPS on ports of their own at 127.0.0.1, until the test has finished. */
export async function startOrigin(
  { path, keyPath }: Certificate,
  listener: RequestListener = (_request, response) => void response.end(GREETING),
): Promise<Origin> {
  const seen: string[] = []
  const recorded =
    (scheme: string): RequestListener =>
    (request, response) => {
      seen.push(`${request.method} ${scheme}://${request.headers.host}${request.url}`)
      listener(request, response)
    }
  const credentials = { cert: readFileSync(path), key: readFileSync(keyPath) }
  const httpPort = await listen(createHttpServer(recorded('http')))
  const httpsPort = await listen(createHttpsServer(credentials, recorded('https')))
  return { httpUrl: `http://${HOST}:${httpPort}`, httpsUrl: `https://${HOST}:${httpsPort}`, seen }
}

async function listen(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** Serves `files` by the path in the URL, and nothing else. */
export function serveFiles(files: () => ReadonlyMap<string, string | Buffer>): RequestListener {
  return (request, response) => {
    const file = files().get(request.url ?? '')
    response.statusCode = file === undefined ? 404 : 200
    response.end(file)
  }
}
