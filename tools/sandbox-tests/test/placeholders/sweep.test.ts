import { chownSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, type TestUser } from '../../support/index.ts'
import { leaveBehind, ownersIn, sweepRegistry } from './supervised.ts'

const ID = '0123456789abcdef'
const TEMPORARY = `.linux-sandbox-${ID}-0000`
const CONTENT = '.\n'

interface Placed {
  readonly workspace: string
  readonly registry: string
}

/** A registry in which an owner that is no more tells that it was just making the file `commondir`. */
function placeUnfinished(user: TestUser): Placed {
  const workspace = makeDirectory(user)
  const registry = join(makeDirectory(user), 'registry')
  mkdirSync(registry, { mode: 0o700 })
  const path = join(workspace, 'commondir')
  const text = Buffer.from(`${path}\0${CONTENT}`)
  const size = Math.ceil((56 + text.length) / 8) * 8
  const bytes = Buffer.alloc(8 + size)
  const words = [0x5242534c, 2, size, 1, 0, Buffer.byteLength(path), 2, CONTENT.length]
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4)
  text.copy(bytes, 8 + 56)
  const owner = join(registry, `owner-${ID}`)
  writeFileSync(owner, bytes, { mode: 0o600 })
  if (process.geteuid?.() === 0) for (const one of [registry, owner]) chownSync(one, user.uid, user.gid)
  return { workspace, registry }
}

/** The same, of an owner that has made it: the file is there, its temporary name is free. */
async function placeAndDie(
  user: TestUser,
): Promise<Placed & { readonly path: string; readonly temporary: string }> {
  const workspace = makeDirectory(user)
  const registry = join(makeDirectory(user), 'registry')
  const path = join(workspace, 'commondir')
  await leaveBehind(user, { registry, placeholders: [{ path, content: CONTENT }] })
  const [owner] = ownersIn(registry)
  const temporary = join(workspace, `${owner?.replace('owner-', '.linux-sandbox-')}-0000`)
  return { workspace, registry, path, temporary }
}

describeForUsers('a file that was being made or removed by a supervise that was killed', [], (user) => {
  test.each([
    { why: 'nothing of its content', content: '' },
    { why: 'half of its content', content: CONTENT.slice(0, 1) },
    { why: 'all of its content', content: CONTENT },
  ])('goes with $why', async ({ content }) => {
    const { workspace, registry } = placeUnfinished(user)
    writeFileSync(join(workspace, TEMPORARY), content)
    await sweepRegistry(user, registry)
    expect(readdirSync(workspace)).toEqual([])
    expect(ownersIn(registry)).toEqual([])
  })

  test('stays with other content, under the name that it has', async () => {
    const { workspace, registry } = placeUnfinished(user)
    writeFileSync(join(workspace, TEMPORARY), `${CONTENT}more`)
    await sweepRegistry(user, registry)
    expect(readFileSync(join(workspace, TEMPORARY), 'utf8')).toBe(`${CONTENT}more`)
    expect(ownersIn(registry)).toEqual([])
  })

  test('stays when somebody else has put it there after the placeholder was made', async () => {
    const { registry, temporary } = await placeAndDie(user)
    writeFileSync(temporary, CONTENT)
    await sweepRegistry(user, registry)
    expect(existsSync(temporary)).toBe(true)
  })

  test('goes when it is the placeholder, which was just being removed', async () => {
    const { workspace, registry, path, temporary } = await placeAndDie(user)
    linkSync(path, temporary)
    await sweepRegistry(user, registry)
    expect(readdirSync(workspace)).toEqual([])
    expect(ownersIn(registry)).toEqual([])
  })
})
