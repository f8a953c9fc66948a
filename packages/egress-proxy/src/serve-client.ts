import type { Socket } from 'node:net'
import type { Gate } from './gate.js'
import { reset } from './socket.js'

/** Does `work` for the client at `socket`. A defect costs that client its connection, and is reported like a decision. */
export async function serveClient(gate: Gate, socket: Socket, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    reset(socket)
    gate.reportRefusal({ reason: 'internal-error', message: String(error) })
  }
}
