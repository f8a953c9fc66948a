import { join } from 'node:path'
import { stageDirectory, stagedNode } from '../../support/index.ts'
import { describeClient } from './client-case.ts'
import { GREETING } from './origin.ts'

const URLLIB = `import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())`
const REQUESTS = `import sys, requests; a = requests.get(sys.argv[1]); a.raise_for_status(); print(a.text)`

describeClient({
  client: 'urllib of Python, http',
  needs: ['python3'],
  protocol: 'http',
  command: ({ origin }) => ['/usr/bin/python3', '-c', URLLIB, origin.httpUrl],
  works: GREETING,
  refused: /HTTP Error 403/,
})

describeClient({
  client: 'urllib of Python, https',
  needs: ['python3'],
  protocol: 'connect',
  command: ({ origin }) => ['/usr/bin/python3', '-c', URLLIB, origin.httpsUrl],
  env: ({ certificate }) => ({ SSL_CERT_FILE: certificate }),
  works: GREETING,
  refused: /Tunnel connection failed: 403/,
})

describeClient({
  client: 'requests of Python, http',
  needs: ['pythonRequests'],
  protocol: 'http',
  command: ({ origin }) => ['/usr/bin/python3', '-c', REQUESTS, origin.httpUrl],
  works: GREETING,
  refused: /HTTPError: 403/,
})

describeClient({
  client: 'requests of Python, https',
  needs: ['pythonRequests'],
  protocol: 'connect',
  command: ({ origin }) => ['/usr/bin/python3', '-c', REQUESTS, origin.httpsUrl],
  env: ({ certificate }) => ({ REQUESTS_CA_BUNDLE: certificate }),
  works: GREETING,
  refused: /Tunnel connection failed: 403/,
})

/** Prints the answer to a request of `fetch`. */
const FETCH = `
  const print = async (fetch, url) => {
    const answer = await fetch(url)
    if (!answer.ok) throw new Error('status ' + answer.status)
    console.log(await answer.text())
  }
`

// From 24 on, and later releases of 22. Others know no such variable.
if (process.allowedNodeEnvironmentFlags.has('--use-env-proxy')) {
  describeClient({
    client: 'fetch of Node, told by NODE_USE_ENV_PROXY',
    needs: [],
    protocol: 'connect',
    command: ({ origin }) => [stagedNode(), '-e', `${FETCH}; print(fetch, '${origin.httpsUrl}')`],
    env: ({ certificate }) => ({ NODE_EXTRA_CA_CERTS: certificate }),
    works: GREETING,
    refused: /Proxy response \(403\)/,
  })
}

/** For every Node: Node 20 reads no variables, but its own `fetch` uses the dispatcher of undici. */
describeClient({
  client: 'fetch of undici and of Node, given EnvHttpProxyAgent',
  needs: [],
  protocol: 'connect',
  command: ({ origin }) => [
    stagedNode(),
    '-e',
    `${FETCH}
    const { EnvHttpProxyAgent, fetch: fetchOfUndici, setGlobalDispatcher } = require('${join(stageDirectory(), 'node_modules/undici')}')
    setGlobalDispatcher(new EnvHttpProxyAgent())
    print(fetchOfUndici, '${origin.httpsUrl}').then(() => print(fetch, '${origin.httpsUrl}'))`,
  ],
  env: ({ certificate }) => ({ NODE_EXTRA_CA_CERTS: certificate }),
  works: GREETING,
  refused: /Proxy response \(403\)/,
})
