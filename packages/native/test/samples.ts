import { ENTER_PROGRAM, STATUS_SOCKET, type EnterRequest, type SuperviseRequest } from '../src/index.js'

/** A request that every check passes, with the given parts replaced. */
export function enterRequest(parts: Partial<EnterRequest> = {}): EnterRequest {
  return { argv: ['true'], env: { PATH: '/usr/bin:/bin' }, cwd: '/', ...parts }
}

export function superviseRequest(parts: Partial<SuperviseRequest> = {}): SuperviseRequest {
  return {
    launcher: '/usr/bin/bwrap',
    launcherArgv: ['bwrap', '--', ENTER_PROGRAM, 'enter', STATUS_SOCKET],
    enter: enterRequest(),
    reraise: false,
    ...parts,
  }
}
