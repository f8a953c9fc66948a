import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, chmodSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { hasFeature } from '../../support/index.ts'
import { ALL_WAYS, describeClient, type Command, type Scene } from './client-case.ts'
import { GREETING } from './origin.ts'

const GO_PROGRAM = `
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if answer.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, answer.Status)
		os.Exit(1)
	}
	io.Copy(os.Stdout, answer.Body)
}
`

/** Prints the answer to both of the clients that Java has. */
const JAVA_PROGRAM = `
import java.net.*;
import java.net.http.*;

class Fetch {
  public static void main(String[] args) throws Exception {
    URI uri = URI.create(args[1]);
    if (args[0].equals("URL")) {
      System.out.write(uri.toURL().openStream().readAllBytes());
      System.out.flush();
      return;
    }
    HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new Exception("status " + answer.statusCode());
    System.out.println(answer.body());
  }
}
`

let programs: string

beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'linux-sandbox-clients-'))
  chmodSync(programs, 0o755)
  writeFileSync(`${programs}/fetch.go`, GO_PROGRAM)
  writeFileSync(`${programs}/Fetch.java`, JAVA_PROGRAM)
  const options = {
    cwd: programs,
    env: { PATH: process.env['PATH'], HOME: programs },
    stdio: 'pipe',
  } as const
  if (hasFeature('go')) execFileSync('go', ['build', '-o', 'fetch', 'fetch.go'], options)
  if (hasFeature('javac')) execFileSync('javac', ['Fetch.java'], options)
}, 300_000)

afterAll(() => rmSync(programs, { recursive: true, force: true }))

describeClient({
  client: 'net/http of Go, http',
  needs: ['go'],
  protocol: 'http',
  command: ({ origin }) => [`${programs}/fetch`, origin.httpUrl],
  works: GREETING,
  refused: /403 Forbidden/,
})

describeClient({
  client: 'net/http of Go, https',
  needs: ['go'],
  protocol: 'connect',
  command: ({ origin }) => [`${programs}/fetch`, origin.httpsUrl],
  env: ({ certificate }) => ({ SSL_CERT_FILE: certificate }),
  works: GREETING,
  refused: /Forbidden/,
})

/** Whoever has the certificate as well can read the store: it has no secret. */
const STORE_PASSWORD = 'changeit'

/** Java trusts what is in a key store of its own. */
function javaTrusting({ certificate, origin, workspace }: Scene, client: 'URL' | 'HttpClient'): Command {
  const store = `${workspace}/trusted`
  const added = ['-importcert', '-noprompt', '-alias', 'test', '-file', certificate]
  execFileSync('keytool', [...added, '-keystore', store, '-storepass', STORE_PASSWORD], { stdio: 'pipe' })
  chmodSync(store, 0o644)
  const trust = [`trustStore=${store}`, `trustStorePassword=${STORE_PASSWORD}`]
  const properties = trust.map((property) => `-Djavax.net.ssl.${property}`)
  return ['java', ...properties, '-cp', programs, 'Fetch', client, origin.httpsUrl]
}

describeClient({
  client: 'URL of Java, http',
  needs: ['javac'],
  protocol: 'http',
  command: ({ origin }) => ['java', '-cp', programs, 'Fetch', 'URL', origin.httpUrl],
  works: GREETING,
  refused: /response code: 403/,
})

describeClient({
  client: 'URL of Java, https',
  needs: ['javac'],
  protocol: 'connect',
  ways: ALL_WAYS,
  command: (scene) => javaTrusting(scene, 'URL'),
  works: GREETING,
  refused: /Unable to tunnel through proxy/,
  refusedBySocks: /SOCKS: Connection not allowed/,
})

describeClient({
  client: 'HttpClient of Java, https',
  needs: ['javac'],
  protocol: 'connect',
  command: (scene) => javaTrusting(scene, 'HttpClient'),
  works: GREETING,
  refused: /Tunnel failed, got: 403/,
})
