import { afterEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../api/entity.ts'
import { organisation, type TestPortal, type TestPortalOptions, testPortal } from '../../testing/index.ts'
import { entity } from './fixtures/shop.ts'
import { catalog } from './index.ts'
import { folderProvider } from './providers/folder.ts'
import { rulesFor } from './rules.ts'

const of = (kind: string, type?: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name: 'a' },
  spec: type === undefined ? {} : { type },
})

describe('rules', () => {
  const at = 'url:https://git.example.com/acme/shop/blob/main/all.yaml'
  const allows = (check: ReturnType<typeof rulesFor>, entity: Entity, origin = at) =>
    check === undefined || check(entity, origin) === undefined

  test('without any, every kind is allowed', () => {
    expect(rulesFor({}, undefined)).toBeUndefined()
  })

  test('allow what they name, without regard to case', () => {
    const check = rulesFor({}, [{ allow: ['component', 'API'] }, { allow: ['Group'] }])
    expect(['Component', 'Api', 'GROUP'].map((kind) => allows(check, of(kind)))).toEqual([true, true, true])
    expect(allows(check, of('User'))).toBe(false)
  })

  test('allow entities of one type', () => {
    const check = rulesFor({}, [{ allow: [{ kind: 'Component', 'spec.type': 'Website' }] }])
    expect(allows(check, of('Component', 'website'))).toBe(true)
    expect(allows(check, of('Component', 'service'))).toBe(false)
    expect(allows(check, of('Component'))).toBe(false)
    expect(check?.(of('Component', 'service'), at)?.message).toContain('Component of the type service')
  })

  test.each([
    [{ type: 'url', exact: 'https://git.example.com/acme/shop/blob/main/all.yaml' }, true],
    [{ type: 'file', exact: 'https://git.example.com/acme/shop/blob/main/all.yaml' }, false],
    [{ type: 'url', exact: 'https://git.example.com/ACME/shop/blob/main/all.yaml' }, false],
    [{ type: 'url', pattern: 'https://git.example.com/ACME/**' }, true],
    [{ type: 'url', pattern: 'https://git.example.com/acme/*' }, false],
    [{ type: 'url', pattern: 'https://git.example.com/other/**' }, false],
  ])('hold for a place: %j', (place, expected) => {
    expect(allows(rulesFor({}, [{ allow: ['Group'], locations: [place] }]), of('Group'))).toBe(expected)
  })

  test('of a source come on top of those of the catalog', () => {
    const check = rulesFor({ rules: [{ allow: ['Group'] }] }, [{ allow: ['Component'] }])
    expect(['Component', 'Group', 'User'].map((kind) => allows(check, of(kind)))).toEqual([true, true, false])
    expect(allows(rulesFor({ rules: [{ allow: ['Group'] }] }, undefined), of('Component'))).toBe(false)
  })
})

describe('a portal with rules', () => {
  let portal: TestPortal
  const start = async (files: Record<string, string>, options: TestPortalOptions = {}) => {
    portal = await testPortal({ files, ...options })
  }
  afterEach(() => portal.close())
  const all = <T>(statement: string) => portal.portal.db.read.all(statement) as unknown as T[]
  const refs = () =>
    all<{ ref: string }>('select ref from catalog_entities where orphaned_at is null order by ref').map(
      ({ ref }) => ref,
    )

  test('leaves out what is not allowed, says so at its kind, and keeps its neighbours', async () => {
    await start(
      {
        'a.yaml':
          entity({ name: 'a' }) + entity({ kind: 'Resource', name: 'b', spec: { type: 'x', owner: 'payments' } }),
      },
      { catalog: { rules: [{ allow: ['component'] }] } },
    )
    expect(refs()).toEqual(['component:default/a'])
    expect(
      all("select ref, code, severity, field, expected from catalog_problems where code = 'kind-not-allowed'"),
    ).toEqual([
      {
        ref: 'resource:default/b',
        code: 'kind-not-allowed',
        severity: 'error',
        field: '["kind"]',
        expected: 'component',
      },
    ])
    const page = await portal.get('/catalog/default/resource/b')
    expect(page.status).toBe(404)
    expect(page.text).toContain('This source may not define the kind Resource')
    expect((await portal.get('/catalog/problems')).text).toContain('a.yaml:4')
  })

  test('judges by the file of the source that leads there, and follows only Locations that are allowed', async () => {
    const files = {
      'org.yaml': entity({ kind: 'Location', name: 'org', spec: { target: './teams/all.yaml' } }),
      'services.yaml': entity({ kind: 'Location', name: 'services', spec: { target: './teams/more.yaml' } }),
      'teams/all.yaml': organisation,
      'teams/more.yaml':
        entity({ kind: 'Group', name: 'sneaked-in', spec: { type: 'team', children: [] } }) + entity({ name: 'a' }),
    }
    const rules = [
      { allow: ['Location', 'Component'] },
      { allow: ['Group', 'User'], locations: [{ type: 'file', pattern: '**/org.yaml' }] },
    ]
    await start(files, { paths: ['*.yaml'], catalog: { rules } })
    expect(refs()).toEqual(
      expect.arrayContaining(['component:default/a', 'group:default/payments', 'user:default/anna']),
    )
    expect(refs()).not.toContain('group:default/sneaked-in')
    await portal.close()
    await start(files, { paths: ['*.yaml'], catalog: { rules: [{ allow: ['Component'] }] } })
    expect(refs()).toEqual([])
  })

  test('reads again when the rules change; what is refused now goes, and is no last good version', async () => {
    const files = {
      'a.yaml': entity({ name: 'a' }) + entity({ kind: 'System', name: 's', spec: { owner: 'payments' } }),
    }
    await start(files)
    const { dataDir, folder } = portal
    const restart = async (rules: { allow: string[] }[]) => {
      await portal.portal.close()
      const provider = folderProvider({ path: folder, paths: ['**/*.yaml'], watch: false, rules })
      portal = await testPortal({ dataDir, plugins: [catalog({ providers: [provider] })] })
    }
    expect(refs()).toEqual(['component:default/a', 'system:default/s'])
    const first = portal
    await restart([{ allow: ['Component'] }])
    expect(refs()).toEqual(['component:default/a'])
    expect(all("select orphaned_at is not null as gone from catalog_entities where kind = 'system'")).toEqual([
      { gone: 1 },
    ])
    expect(all('select ref from catalog_candidates')).toEqual([{ ref: 'component:default/a' }])
    await restart([{ allow: ['Component'] }, { allow: ['System'] }])
    expect(refs()).toEqual(['component:default/a', 'system:default/s'])
    await portal.close()
    portal = first
  })

  test('does not start with kinds that there are not, and says which was meant', async () => {
    const provider = folderProvider({ path: '.', watch: false, rules: [{ allow: ['Component', 'Sistem'] }] })
    await start({})
    const attempt = testPortal({
      plugins: [catalog({ providers: [provider], rules: [{ allow: ['Grup', { kind: 'Spaceship' }] }] })],
    })
    await expect(attempt).rejects.toThrow(
      /"Grup", which the rules of the catalog allow. Did you mean Group\?\n.*"Spaceship".*\n.*"Sistem", which the rules of the source.*Did you mean System\?/,
    )
  })

  test.each([
    [[{ allow: [] }]],
    [[{ allow: ['Group'], locations: [{ type: 'url', exact: 'a', pattern: 'b' }] }]],
    [[{ allow: ['Group'], locations: [{ type: 'url' }] }]],
    [[{ allow: ['Group'], only: true }]],
  ])('does not accept %j', async (rules) => {
    await start({})
    expect(() => catalog({ rules })).toThrow()
  })
})
