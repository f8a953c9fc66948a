/**
 * Who starts sandboxes.
 *
 * @typedef {object} FuzzUser
 * @property {'root' | 'an ordinary user'} name
 * @property {{ uid: number, gid: number }} identity
 */

/** Any id that is not root's will do; it needs no line in /etc/passwd. */
const ORDINARY_ID = 61_235

/**
 * The users that this process can be: root can be both.
 *
 * @returns {FuzzUser[]}
 */
export function possibleUsers() {
  const uid = process.geteuid?.() ?? ORDINARY_ID
  const gid = process.getegid?.() ?? ORDINARY_ID
  if (uid !== 0) return [{ name: 'an ordinary user', identity: { uid, gid } }]
  return [
    { name: 'root', identity: { uid, gid } },
    { name: 'an ordinary user', identity: { uid: ORDINARY_ID, gid: ORDINARY_ID } },
  ]
}

/**
 * @param {string} which - `root`, `ordinary` or `both`
 * @returns {FuzzUser[]}
 */
export function usersNamed(which) {
  if (!['root', 'ordinary', 'both'].includes(which))
    throw new TypeError('--user takes root, ordinary or both')
  const users = possibleUsers().filter(
    ({ name }) => which === 'both' || (name === 'root') === (which === 'root'),
  )
  if (users.length === 0) throw new TypeError('this process is not root and cannot become it')
  return users
}
