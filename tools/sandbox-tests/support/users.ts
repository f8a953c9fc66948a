/** Who starts a sandbox in a test. */
export interface TestUser {
  readonly name: 'root' | 'an ordinary user'
  readonly uid: number
  readonly gid: number
}

/** Any id that is not root's will do; it needs no line in /etc/passwd. */
const ORDINARY_ID = 61_234

const uid = process.geteuid?.() ?? ORDINARY_ID

export const ROOT: TestUser = { name: 'root', uid: 0, gid: 0 }

export const ORDINARY_USER: TestUser =
  uid === 0
    ? { name: 'an ordinary user', uid: ORDINARY_ID, gid: ORDINARY_ID }
    : { name: 'an ordinary user', uid, gid: process.getegid?.() ?? uid }

/** The users that this process can be: root can be both. */
export const TEST_USERS: readonly TestUser[] = uid === 0 ? [ROOT, ORDINARY_USER] : [ORDINARY_USER]
