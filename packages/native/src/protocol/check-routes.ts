import type { Issue } from '@linux-sandbox/errors'
import {
  at,
  atEach,
  checkFilter,
  checkNumber,
  checkPlainPath,
  checkSize,
  isLonger,
  issue,
  NONE,
} from './checks.js'
import {
  ANSWER_SIZE_MAX,
  LISTENER_PORT_MIN,
  OFFER_SIZE_MAX,
  PREFACE_SIZE_MAX,
  ROUTES_MAX,
} from './constants.js'
import { parseAddress } from './ip-address.js'
import type { Route, SuperviseRequest } from './request.js'

const PORT_MAX = 0xffff

/** `sizeof(sun_path)`. Source: unix(7). */
const SOCKET_PATH_MAX = 108

/** Every reason why the routes of `request` cannot be had. */
export function checkRoutes({ routes = [], preface, relayFilter, enter }: SuperviseRequest): Issue[] {
  const count = enter.listeners?.length ?? 0
  const hasEndpoint = routes.some(({ kind }) => kind !== 'descriptor')
  const needless = hasEndpoint ? NONE : issue('needs a route to an endpoint')
  return [
    routes.length === count
      ? NONE
      : at('routes', issue(`has ${routes.length} routes for ${count} listeners`)),
    at('routes', atEach(routes, checkRoute)),
    preface === undefined ? NONE : at('preface', checkSize(preface, PREFACE_SIZE_MAX)),
    relayFilter === undefined ? NONE : at('relayFilter', checkFilter(relayFilter)),
    preface === undefined ? NONE : at('preface', needless),
    relayFilter === undefined ? NONE : at('relayFilter', needless),
  ].flat()
}

/** Every reason why `enter` would not listen at all of `ports`. */
export function checkListeners(ports: readonly number[]): readonly Issue[] {
  if (ports.length > ROUTES_MAX) return issue(`has ${ports.length} ports, and ${ROUTES_MAX} are the most`)
  return atEach(ports, (port, index) => [
    ...checkNumber(port, LISTENER_PORT_MIN, PORT_MAX),
    ...(ports.indexOf(port) === index ? NONE : issue('is there already')),
  ])
}

function checkRoute(route: Route): readonly Issue[] {
  switch (route.kind) {
    case 'tcp':
      return [
        parseAddress(route.address) === undefined ? at('address', issue('is no IP address')) : NONE,
        at('port', checkNumber(route.port, 1, PORT_MAX)),
      ].flat()
    case 'unix':
      return at('path', checkSocketPath(route.path))
    case 'descriptor':
      return [
        at('descriptor', checkNumber(route.descriptor, 0)),
        at('offer', checkSize(route.offer, OFFER_SIZE_MAX)),
        at('answer', checkSize(route.answer, ANSWER_SIZE_MAX)),
      ].flat()
    default:
      return at('kind', issue('is unknown'))
  }
}

function checkSocketPath(text: string): readonly Issue[] {
  const issues = checkPlainPath(text)
  if (issues.length > 0 || !isLonger(text, SOCKET_PATH_MAX - 1)) return issues
  return issue(`has ${SOCKET_PATH_MAX} bytes or more`)
}
