import { closeSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import type { StdioItem } from '../stdio.js'
import type { Route, SuperviseRequest } from '@linux-sandbox/native'
import type { Host } from '../host.js'
import { CAN_TAKE_LISTENERS, handOff, takeListeners, type Taker } from './in-process.js'
import { openPrivateSocket, type PrivateSocket } from './private-socket.js'
import type { WiredRoute, Wiring } from './wiring.js'

/** What `supervise` needs for the proxies of one command. */
export interface Routing {
  readonly request: Pick<SuperviseRequest, 'routes' | 'preface' | 'relayFilter'>
  /** Has what is in this process take its connections, until `child` ends. */
  readonly attach: (child: ChildProcess) => void
  /** For when there is no child. */
  readonly abandon: () => void
}

/** Gives `supervise` what it is to inherit: its number there is what comes back. */
export type AddSlot = (item: StdioItem) => number

const NOTHING: Routing = { request: {}, attach: () => undefined, abandon: () => undefined }

/**
 * How connections to the listeners of `wiring` get out of the sandbox. Where this process takes them, the listeners themselves are given
 * to it, so that nothing is between; where the runtime cannot be given one, a relay leads to a socket that only this user can connect to.
 */
export function routingFor(
  wiring: Wiring | undefined,
  host: Pick<Host, 'relayFilter'>,
  addSlot: AddSlot,
  canTakeListeners = CAN_TAKE_LISTENERS,
): Routing {
  if (wiring === undefined) return NOTHING
  const takers = wiring.routes.flatMap((route) => (route.kind === 'connections' ? [route.take] : []))
  const { routeOf, attach, abandon } = canTakeListeners ? byDescriptor(takers, addSlot) : bySocket(takers)
  const routes = wiring.routes.map((route) => outsideRoute(route, { takers, routeOf, addSlot }))
  const hasRelay = routes.some(({ kind }) => kind !== 'descriptor')
  const preface = hasRelay ? wiring.preface : undefined
  return {
    request: {
      routes,
      ...(preface === undefined ? {} : { preface }),
      ...(hasRelay ? { relayFilter: host.relayFilter } : {}),
    },
    attach(child) {
      attach(child)
      givenAway(wiring).forEach((descriptor) => closeSync(descriptor))
    },
    abandon,
  }
}

/** The descriptors that only `supervise` has to have, each once. */
function givenAway({ routes }: Wiring): ReadonlySet<number> {
  return new Set(routes.flatMap((route) => (route.kind === 'descriptor' ? [route.descriptor] : [])))
}

/** How takers of this process are reached. */
interface Passage extends Pick<Routing, 'attach' | 'abandon'> {
  readonly routeOf: (index: number) => Route
}

interface Outside extends Pick<Passage, 'routeOf'> {
  readonly takers: readonly Taker[]
  readonly addSlot: AddSlot
}

function outsideRoute(route: WiredRoute, { takers, routeOf, addSlot }: Outside): Route {
  switch (route.kind) {
    case 'connections':
      return routeOf(takers.indexOf(route.take))
    case 'descriptor':
      return { ...route, descriptor: addSlot(route.descriptor) }
    case 'tcp':
    case 'unix':
      return route
  }
}

function byDescriptor(takers: readonly Taker[], addSlot: AddSlot): Passage {
  const descriptor = takers.length === 0 ? -1 : addSlot('ipc')
  return {
    routeOf: (index) => ({ kind: 'descriptor', descriptor, ...handOff(index) }),
    attach(child) {
      if (takers.length > 0) takeListeners(child, takers)
    },
    abandon: () => undefined,
  }
}

function bySocket(takers: readonly Taker[]): Passage {
  const sockets: PrivateSocket[] = takers.map(openPrivateSocket)
  const close = (): void => sockets.forEach((socket) => socket.close())
  return {
    routeOf(index) {
      const path = sockets[index]?.path ?? ''
      return { kind: 'unix', path }
    },
    attach(child) {
      child.once('exit', close)
      child.once('error', close)
    },
    abandon: close,
  }
}
