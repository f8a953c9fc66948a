import type { Issue } from '@linux-sandbox/errors'
import { checkFilter, checkNumber, checkPlainPath, checkSize, type Path } from './checks.js'
import {
  ANSWER_SIZE_MAX,
  LISTENER_PORT_MIN,
  OFFER_SIZE_MAX,
  PREFACE_SIZE_MAX,
  ROUTES_MAX,
} from './constants.js'
import { parseAddress } from './ip-address.js'
import type { Route, SuperviseRequest } from './request.js'
import { encodeUtf8 } from './utf8.js'

const PORT_MAX = 0xffff

/** `sizeof(sun_path)`. Source: unix(7). */
const SOCKET_PATH_MAX = 108

/** Every reason why the routes of `request` cannot be had. */
export function checkRoutes({ routes = [], preface, relayFilter, enter }: SuperviseRequest): Issue[] {
  const path = ['routes']
  const count = enter.listeners?.length ?? 0
  const needless = Object.entries({ preface, relayFilter }).filter(([, bytes]) => bytes !== undefined)
  return [
    ...(routes.length === count
      ? []
      : [{ path, message: `has ${routes.length} routes for ${count} listeners` }]),
    ...routes.flatMap((route, index) => checkRoute(route, [...path, index])),
    ...(preface === undefined ? [] : checkSize(preface, PREFACE_SIZE_MAX, ['preface'])),
    ...(relayFilter === undefined ? [] : checkFilter(relayFilter, ['relayFilter'])),
    ...(routes.some(({ kind }) => kind !== 'descriptor')
      ? []
      : needless.map(([name]) => ({ path: [name], message: 'needs a route to an endpoint' }))),
  ]
}

/** Every reason why `enter` would not listen at all of `ports`. */
export function checkListeners(ports: readonly number[], path: Path): Issue[] {
  if (ports.length > ROUTES_MAX)
    return [{ path, message: `has ${ports.length} ports, and ${ROUTES_MAX} are the most` }]
  return ports.flatMap((port, index) => [
    ...checkNumber(port, LISTENER_PORT_MIN, [...path, index], PORT_MAX),
    ...(ports.indexOf(port) === index ? [] : [{ path: [...path, index], message: 'is there already' }]),
  ])
}

function checkRoute(route: Route, path: Path): Issue[] {
  switch (route.kind) {
    case 'tcp':
      return [
        ...(parseAddress(route.address) === undefined
          ? [{ path: [...path, 'address'], message: 'is no IP address' }]
          : []),
        ...checkNumber(route.port, 1, [...path, 'port'], PORT_MAX),
      ]
    case 'unix':
      return checkSocketPath(route.path, [...path, 'path'])
    case 'descriptor':
      return [
        ...checkNumber(route.descriptor, 0, [...path, 'descriptor']),
        ...checkSize(route.offer, OFFER_SIZE_MAX, [...path, 'offer']),
        ...checkSize(route.answer, ANSWER_SIZE_MAX, [...path, 'answer']),
      ]
    default:
      return [{ path: [...path, 'kind'], message: 'is unknown' }]
  }
}

function checkSocketPath(text: string, path: Path): Issue[] {
  const issues = checkPlainPath(text, path)
  if (issues.length > 0 || encodeUtf8(text).length < SOCKET_PATH_MAX) return issues
  return [{ path, message: `has ${SOCKET_PATH_MAX} bytes or more` }]
}
