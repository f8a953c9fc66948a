/** In place of what the facade does for the sockets of Node: here every write is one at once. */
export function writeAtOnce(socket: { write(bytes: Uint8Array): void }, bytes: Uint8Array): void {
  socket.write(bytes)
}
