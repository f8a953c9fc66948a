import { parseHost } from './url-host.js'

/** What is used of `URL`: where a host is, in a URL that has nothing else. */
export class URL {
  readonly hostname: string
  readonly pathname = '/'

  constructor(text: string) {
    const hostname = parseHost(text.slice(PREFIX.length))
    if (!text.startsWith(PREFIX) || hostname === undefined) throw new TypeError('Invalid URL')
    this.hostname = hostname
  }

  static canParse(text: string): boolean {
    return text.startsWith(PREFIX) && parseHost(text.slice(PREFIX.length)) !== undefined
  }
}

const PREFIX = 'http://'

export function fileURLToPath({ pathname }: URL): string {
  return pathname
}
