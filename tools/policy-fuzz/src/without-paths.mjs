/**
 * The kind of a message, so that two about different paths can be compared.
 *
 * @param {string} message
 */
export function withoutPaths(message) {
  return message.replaceAll(/\/[^,:]*/g, '…')
}
