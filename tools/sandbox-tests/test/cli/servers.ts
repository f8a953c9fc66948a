import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { identityOf, type TestUser } from '../../support/index.ts'

/** What servers of a test say. */
export const GREETING = 'hello from the host'

/** A server of the host, until the test has finished. Its port on 127.0.0.1. */
export async function startServer(listener: RequestListener = greet): Promise<number> {
  return await listen(createServer(listener))
}

/** The same with TLS. `certificate` is the path of what a client of `localhost` has to trust; every user can read it. */
export async function startTlsServer(
  user: TestUser,
): Promise<{ readonly port: number; readonly certificate: string }> {
  const directory = mkdtempSync('/var/tmp/linux-sandbox-test-')
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-days', '2', '-nodes', ...curve, '-keyout', key, ...subject, '-out', certificate],
    { stdio: 'pipe' },
  )
  execFileSync('chmod', ['-R', 'a+rX', directory])
  execFileSync('test', ['-r', certificate], identityOf(user))
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, greet)
  return { port: await listen(server), certificate }
}

const greet: RequestListener = (_request, response) => void response.end(GREETING)

async function listen(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
