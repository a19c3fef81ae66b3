import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { lint, stagesOf } from './dockerfile.mjs'
import { root } from './ready.mjs'

const dockerfile = readFileSync(`${root}Dockerfile`, 'utf8')

test('the Dockerfile has nothing to complain of, and runs as a user without rights', () => {
  expect(lint(dockerfile)).toEqual([])
  const stages = stagesOf(dockerfile)
  expect(stages.map(({ name, image }) => `${name} ${image}`)).toEqual([
    'build node:24-bookworm-slim',
    '1 node:24-bookworm-slim',
  ])
  expect(stages[1].config).toMatchObject({ user: 'node', workdir: '/app', volume: '/data', port: 7007 })
  expect(stages[1].config.env).toMatchObject({ DATA_DIR: '/data', HOST: '0.0.0.0', MALLOC_ARENA_MAX: '1' })
  expect(stages[1].config.entrypoint).toEqual(['/usr/bin/tini', '--', 'node', 'bin/callboard.mjs'])
  expect(stages[1].config.healthcheck).toEqual(['node', 'bin/health.mjs'])
  expect(stages[1].config.command).toEqual(['start'])
})

test.each([
  ['FROM node:latest\nUSER a\nHEALTHCHECK CMD ["a"]', 'line 1: FROM names no version'],
  ['FROM node\nUSER a\nHEALTHCHECK CMD ["a"]', 'line 1: FROM names no version'],
  ['FROM a:1\nADD x y\nUSER a\nHEALTHCHECK CMD ["a"]', 'line 2: ADD'],
  ['FROM a:1\nRUN apt-get install -y git\nUSER a\nHEALTHCHECK CMD ["a"]', '--no-install-recommends'],
  ['FROM a:1\nHEALTHCHECK CMD ["a"]', 'the last stage runs as root'],
  ['FROM a:1\nUSER a', 'the last stage has no HEALTHCHECK'],
  ['FROM a:1\nEXPOSE x\nUSER a\nHEALTHCHECK CMD ["a"]', 'line 2: '],
])('%j is complained of', (text, complaint) => {
  expect(lint(text).join('\n')).toContain(complaint)
})

test('steps know the user, folder and stage they happen in', () => {
  const [first, second] = stagesOf(
    'ARG A=node:1\nFROM $A AS one\nWORKDIR /x\nUSER u\nRUN a \\\n && b\nFROM $A\nCOPY --from=one --chown=u:u /x /y\nCOPY a b ./',
  )
  expect(first.steps).toMatchObject([
    { kind: 'folder', path: '/x' },
    { kind: 'run', user: 'u', workdir: '/x', line: 5 },
  ])
  expect(first.steps[1].command.split(/\s+/)).toEqual(['a', '&&', 'b'])
  expect(second).toMatchObject({ image: 'node:1', name: '1' })
  expect(second.steps).toMatchObject([
    { kind: 'copy', from: 'one', owner: 'u:u', paths: ['/x'], to: '/y' },
    { kind: 'copy', paths: ['a', 'b'], to: '/' },
  ])
})

test('compose and the manifest of the docs run the image as it is meant', () => {
  const { callboard } = parse(readFileSync(`${root}compose.yaml`, 'utf8')).services
  expect(callboard.ports).toEqual(['127.0.0.1:7007:7007'])
  expect(callboard.environment?.UNPROTECTED).toBeUndefined()
  expect(callboard.volumes).toContain('data:/data')
  expect(callboard.read_only).toBe(true)

  const manifest = /```yaml\n(apiVersion[\s\S]*?)```/.exec(readFileSync(`${root}docs/deploy.md`, 'utf8'))?.[1] ?? ''
  const documents = parseAllDocuments(manifest).map((document) => document.toJS())
  expect(documents.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Deployment', 'Service'])
  const { spec } = documents[1].spec.template
  expect(documents[1].spec.strategy.type).toBe('Recreate')
  expect(spec.securityContext.runAsUser).toBe(1000)
  expect(spec.containers[0].securityContext.readOnlyRootFilesystem).toBe(true)
})
