import { ALL_WAYS, describeClient } from './client-case.ts'
import { GREETING } from './origin.ts'

describeClient({
  client: 'curl, http',
  needs: ['curl'],
  protocol: 'http',
  ways: ALL_WAYS,
  command: ({ origin }) => ['curl', '-fsS', `${origin.httpUrl}/file`],
  works: GREETING,
  refused: /returned error: 403/,
  refusedBySocks: /SOCKS5 connection/,
})

describeClient({
  client: 'curl, https',
  needs: ['curl'],
  protocol: 'connect',
  ways: ALL_WAYS,
  command: ({ origin }) => ['curl', '-fsS', `${origin.httpsUrl}/file`],
  env: ({ certificate }) => ({ CURL_CA_BUNDLE: certificate }),
  works: GREETING,
  refused: /\b403\b/,
  refusedBySocks: /SOCKS5 connection/,
})

describeClient({
  client: 'wget, http',
  needs: ['wget'],
  protocol: 'http',
  command: ({ origin }) => ['wget', '-nv', '-O', '-', `${origin.httpUrl}/file`],
  works: GREETING,
  refused: /Forbidden/,
})

describeClient({
  client: 'wget, https',
  needs: ['wget'],
  protocol: 'connect',
  command: ({ origin, certificate }) => [
    'wget',
    '-nv',
    '-O',
    '-',
    `--ca-certificate=${certificate}`,
    `${origin.httpsUrl}/file`,
  ],
  works: GREETING,
  refused: /Forbidden/,
})
