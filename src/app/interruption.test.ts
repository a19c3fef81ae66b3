import { expect, test } from 'vitest'
import { callboard, type Place, place, start, until } from './fixtures/command.ts'
import { components, contents, isIdle } from './fixtures/contents.ts'

// `kill -9` in the middle of reading: the next start completes what was begun, and nothing is there twice or half.

const entities = 600
const perFile = 10
const tries = 10

const document = (index: number) => `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: c-${index}
  description: "${'words that make a file long '.repeat(120)}"
  tags: [t-${index % 7}, t-${index % 11}x]
spec:
  type: type-${index % 5}
  lifecycle: production
  owner: team-${index % 9}
  dependsOn: [component:c-${(index * 7) % entities}, component:c-${(index * 13 + 1) % entities}, resource:missing-${index % 3}]
`
const bad = `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: "not a name" }
`
const files = Object.fromEntries(
  Array.from({ length: entities / perFile }, (_, file) => [
    `catalog/f-${file}.yaml`,
    Array.from({ length: perFile }, (_, at) => document(file * perFile + at)).join('') + (file % 10 === 0 ? bad : ''),
  ]),
)

async function complete(at: Place): Promise<void> {
  const portal = await start(at)
  await until('every entity', async () => {
    const { text } = await portal.get('/metrics')
    return components(text) === entities && isIdle(text)
  })
  const { text } = await portal.get('/catalog')
  expect(text).toContain(`of ${entities}`)
  portal.child.kill('SIGTERM')
  expect(await portal.ended).toMatchObject({ code: 0 })
}

/** @returns how many entities were there when it was killed; 0 when it had read all of them before */
async function killInTheMiddle(at: Place): Promise<number> {
  const portal = await start(at)
  const seen = await until('some entities', async () => components((await portal.get('/metrics')).text))
  portal.child.kill('SIGKILL')
  expect(await portal.ended).toMatchObject({ signal: 'SIGKILL' })
  const { entities: there = [] } = await contents(at)
  expect(there.length).toBeGreaterThanOrEqual(seen)
  return there.length < entities ? there.length : 0
}

test('what was begun is completed by the next start, and is the same as if nothing had happened', {
  timeout: 180_000,
}, async () => {
  const undisturbed = place(files)
  await complete(undisturbed)
  const expected = await contents(undisturbed)
  expect(expected.entities).toHaveLength(entities)
  expect(expected.changes).toHaveLength(entities)

  let killed: Place | undefined
  for (let attempt = 0; attempt < tries && !killed; attempt++) {
    const at = place(files)
    if ((await killInTheMiddle(at)) > 0) killed = at
  }
  if (!killed) throw new Error(`It was never killed in the middle of reading, in ${tries} tries`)
  await complete(killed)
  expect(await contents(killed)).toEqual(expected)
  expect((await callboard(killed, ['doctor'])).code).toBe(0)
})
