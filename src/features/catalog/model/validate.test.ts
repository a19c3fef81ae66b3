import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { JsonObject, KindSpec } from '../../../api/index.ts'
import { cpuTime } from '../../../testing/cpu-time.ts'
import { pathText } from './json-value.ts'
import { builtinKinds, kindMap } from './kinds.ts'
import { parseDocuments } from './parse.ts'
import { validateEntity } from './validate.ts'

const kinds = kindMap(builtinKinds)

function validate(text: string) {
  const [document] = parseDocuments(text).documents
  expect(document?.problems).toEqual([])
  return validateEntity(document?.value ?? {}, kinds)
}

/** `code path` of every problem. */
const codes = (text: string) => validate(text).problems.map(({ code, path }) => `${code} ${pathText(path)}`)

const head = (kind: string, name = 'x') =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`
const component = `${head('Component')}spec:\n  type: service\n  lifecycle: production\n  owner: team\n`

describe('a valid entity', () => {
  test('gets its namespace and loses a uid of the file; further fields are kept', () => {
    const { entity, ref, problems } = validate(
      component.replace('  name: x', '  name: X\n  uid: 1-2\n  colour: red').concat('  extra: [1]\n'),
    )
    expect(problems).toEqual([])
    expect(ref).toBe('component:default/x')
    expect(entity).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: { name: 'X', namespace: 'default', colour: 'red' },
      spec: { type: 'service', lifecycle: 'production', owner: 'team', extra: [1] },
    })
  })

  const minimal: [string, string][] = [
    ['Component', '{type: a, lifecycle: b, owner: c}'],
    ['Component', '{type: a, lifecycle: b, owner: c, dependencyOf: component:x}'],
    ['API', '{type: openapi, lifecycle: b, owner: c, definition: d}'],
    ['API', '{type: mcp-server, lifecycle: b, owner: c, remotes: [{type: sse, url: http://x}]}'],
    ['Resource', '{type: a, owner: c}'],
    ['System', '{owner: c}'],
    ['Domain', '{owner: c}'],
    ['Group', '{type: team, children: []}'],
    ['User', '{memberOf: []}'],
    ['User', '{memberOf: [a], profile: {displayName: A, email: a@b.c, picture: x}}'],
    ['Location', '{}'],
    ['Location', '{type: url, target: ./a, targets: [./b], presence: optional}'],
    ['AiResource', '{type: other, lifecycle: b, owner: c}'],
    ['AiResource', '{type: skill, lifecycle: b, owner: c, dependsOn: [airesource:x], compatibility: any}'],
    ['AiResource', '{type: rule, lifecycle: b, owner: c, category: d, rationale: e}'],
    ['AiResource', '{type: plugin, lifecycle: b, owner: c, skills: [d]}'],
    ['AiResource', '{type: marketplace, lifecycle: b, owner: c, plugins: []}'],
  ]
  test.each(minimal)('%s with spec %s', (kind, spec) => {
    const { entity, problems } = validate(`${head(kind)}spec: ${spec}\n`)
    expect(problems).toEqual([])
    expect(entity?.kind).toBe(kind)
  })

  test('a Template of the third beta', () => {
    const { problems, entity } = validate(
      `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: t}
spec:
  type: service
  owner: team
  parameters: {title: One}
  steps:
    - {action: fetch:template, if: true, input: {url: "\${{ parameters.x }}"}}
    - {action: debug:log, id: a, name: b, if: "\${{ x }}", each: [1]}
  output: {links: [{url: "\${{ x }}"}], text: [{content: a}], other: x}
`,
    )
    expect(problems).toEqual([])
    expect(entity).toBeDefined()
  })
})

describe('the envelope', () => {
  test.each<[string, string[]]>([
    ['spec: {}\nkind: Component\n', ['field-missing apiVersion', 'field-missing metadata', 'field-missing spec.type']],
    ['apiVersion: backstage.io/v1alpha1\nmetadata: {name: x}\n', ['field-missing kind']],
    ['apiVersion: ""\nkind: ""\nmetadata: {name: ""}\n', ['field-empty apiVersion', 'field-empty kind']],
    [component.replace('name: x', 'nam: x'), ['field-missing metadata.name']],
    [component.replace('name: x', 'name: 1'), ['wrong-type metadata.name']],
    [component.replace('name: x', 'name: My Service'), ['bad-name metadata.name']],
    [component.replace('name: x', 'name: x\n  namespace: Team.A'), ['bad-namespace metadata.namespace']],
    [component.replace('name: x', 'name: x\n  namespace: ""'), ['field-empty metadata.namespace']],
    [
      component.replace('name: x', 'name: x\n  title:\n  description: 1'),
      ['wrong-type metadata.title', 'wrong-type metadata.description'],
    ],
    [component.replace('name: x', 'name: x\n  labels:'), ['wrong-type metadata.labels']],
    [
      component.replace('name: x', 'name: x\n  labels: {a b: c d, e: true, f: 1, g: ""}'),
      [
        'wrong-type metadata.labels.e',
        'wrong-type metadata.labels.f',
        'bad-label-key metadata.labels["a b"]',
        'bad-label-value metadata.labels["a b"]',
      ],
    ],
    [
      component.replace('name: x', 'name: x\n  annotations: {a/b/c: d, "": "", ok: "", n: 1}'),
      [
        'wrong-type metadata.annotations.n',
        'bad-annotation-key metadata.annotations["a/b/c"]',
        'bad-annotation-key metadata.annotations[""]',
      ],
    ],
    [component.replace('name: x', 'name: x\n  tags: java'), ['wrong-type metadata.tags']],
    [
      component.replace('name: x', 'name: x\n  tags: [ok, Bad, "", 1]'),
      ['field-empty metadata.tags[2]', 'wrong-type metadata.tags[3]', 'bad-tag metadata.tags[1]'],
    ],
    [
      component.replace('name: x', 'name: x\n  links: [{url: example.com, title: " ", icon: ""}, {title: a}, 1]'),
      [
        'field-empty metadata.links[0].icon',
        'field-missing metadata.links[1].url',
        'wrong-type metadata.links[2]',
        'bad-link-url metadata.links[0].url',
        'bad-link-text metadata.links[0].title',
      ],
    ],
    [
      `${component}tags: [a]\nfoo: 1\nrelations: []\nstatus: {}\n`,
      ['unknown-field tags', 'unknown-field foo', 'computed-field relations', 'computed-field status'],
    ],
    [
      component.replace('backstage.io/v1alpha1', 'backstage.io/v1/x'),
      ['bad-api-version apiVersion', 'unknown-api-version apiVersion'],
    ],
    [component.replace('backstage.io/v1alpha1', 'backstage.io/v9'), ['unknown-api-version apiVersion']],
  ])('%j', (text, expected) => {
    const found = codes(text)
    for (const one of expected) expect(found).toContain(one)
    expect(validate(text).entity).toBeUndefined()
    if (text.startsWith(component.slice(0, 10)) && text.includes('lifecycle')) expect(found).toEqual(expected)
  })

  test('an address that runs code is a warning', () => {
    const { entity, problems } = validate(
      component.replace('name: x', 'name: x\n  links: [{url: "javascript:alert(1)"}]'),
    )
    expect(problems).toMatchObject([{ code: 'unsafe-link-url', severity: 'warning' }])
    expect(entity).toBeDefined()
  })
})

describe('the kind', () => {
  test.each<[string, string, string[]]>([
    ['Component', '{}', ['field-missing spec.type', 'field-missing spec.lifecycle', 'field-missing spec.owner']],
    ['Component', '', ['wrong-type spec']],
    [
      'Component',
      '{type: a, lifecycle: b, owner: [c], system: , dependsOn: component:x}',
      ['wrong-type spec.owner', 'wrong-type spec.system', 'wrong-type spec.dependsOn'],
    ],
    [
      'Component',
      '{type: "", lifecycle: b, owner: c, providesApis: [1, ""]}',
      ['field-empty spec.type', 'wrong-type spec.providesApis[0]', 'field-empty spec.providesApis[1]'],
    ],
    ['API', '{type: openapi, lifecycle: b, owner: c}', ['field-missing spec.definition']],
    ['API', '{type: openapi, lifecycle: b, owner: c, definition: {openapi: 3}}', ['wrong-type spec.definition']],
    [
      'API',
      '{type: mcp-server, lifecycle: b, remotes: []}',
      ['field-missing spec.owner', 'too-few-items spec.remotes'],
    ],
    ['API', '{type: mcp-server, lifecycle: b, owner: c, remotes: [{type: x}]}', ['field-missing spec.remotes[0].url']],
    ['Resource', '{owner: c}', ['field-missing spec.type']],
    ['System', '{}', ['field-missing spec.owner']],
    ['Domain', '{owner: ""}', ['field-empty spec.owner']],
    ['Group', '{type: team}', ['field-missing spec.children']],
    ['User', '{}', ['field-missing spec.memberOf']],
    ['User', '{memberOf: , profile: {email: 1}}', ['wrong-type spec.memberOf', 'wrong-type spec.profile.email']],
    ['Location', '{presence: optinal, targets: ./a}', ['wrong-type spec.targets', 'invalid-value spec.presence']],
    [
      'AiResource',
      '{type: rule, lifecycle: b, owner: c}',
      ['field-missing spec.category', 'field-missing spec.rationale'],
    ],
    ['Template', '{type: a, steps: [{}]}', ['unknown-api-version apiVersion', 'field-missing spec.steps[0].action']],
  ])('%s with spec %s', (kind, spec, expected) => {
    const { entity, problems, ref } = validate(`${head(kind)}spec: ${spec}\n`)
    expect(problems.map(({ code, path }) => `${code} ${pathText(path)}`)).toEqual(expected)
    expect(entity).toBeUndefined()
    expect(ref).toBe(`${kind.toLowerCase()}:default/x`)
  })

  test('a kind that differs in letter case or by a slip is not known, and what is meant is said', () => {
    for (const [written, meant] of [
      ['component', 'Component'],
      ['Componet', 'Component'],
      ['api', 'API'],
    ] as const) {
      const { problems, unknownKind } = validate(component.replace('kind: Component', `kind: ${written}`))
      expect(problems).toMatchObject([{ code: 'unknown-kind', mended: meant }])
      expect(unknownKind).toBe(true)
    }
  })

  test('a plugin may bring kinds of its own', () => {
    const room: KindSpec = {
      kind: 'Room',
      plural: 'Rooms',
      icon: 'box',
      apiVersions: ['acme.dev/v1'],
      spec: z.looseObject({ seats: z.number().min(1).max(9), colour: z.string().regex(/^#/) }),
      relations: [{ field: 'floor', defaultKind: 'Floor', type: 'partOf', reverse: 'hasPart' }],
    }
    const own = kindMap([...builtinKinds, room])
    const of = (spec: JsonObject) =>
      validateEntity({ apiVersion: 'acme.dev/v1', kind: 'Room', metadata: { name: 'a' }, spec }, own)
    expect(of({ seats: 2, colour: '#', floor: 'one' }).relations).toHaveLength(2)
    expect(of({ seats: 0, colour: 'x' }).problems.map(({ code }) => code)).toEqual(['too-few-items', 'invalid-value'])
    expect(() => kindMap([...builtinKinds, { ...room, kind: 'api' }])).toThrow(/defined twice/)
  })
})

describe('remedies', () => {
  test.each<[string, Partial<{ hint: unknown; mended: string; expected: unknown }>]>([
    [component.replace('name: x', 'name: My Service'), { mended: 'my-service' }],
    [component.replace('name: x', 'name: x\n  labels: {a: true}'), { mended: '"true"', hint: 'Put quotes around it.' }],
    [component.replace('name: x', 'name: x\n  tags: java, spring'), { mended: '["java","spring"]' }],
    [component.replace('lifecycle', 'lifecyle'), { hint: 'Did you mean lifecycle where lifecyle is written?' }],
    [component.replace('  owner: team\n', 'owner: team\n'), { hint: expect.stringContaining('below spec') }],
    [
      component.replace('name: x', 'name: x\n  owner: a').replace('  owner: team\n', ''),
      { hint: expect.stringContaining('under metadata') },
    ],
    [component.concat('annotations: {}\n'), { hint: expect.stringContaining('below metadata') }],
    [component.replace('spec:', 'specs:'), { hint: 'Did you mean spec?', mended: 'spec' }],
    [component.replace('owner: team', 'owner: {$txt: ./a}'), { hint: expect.stringContaining('$text') }],
    [`${head('Group')}spec: {type: team, children: }\n`, { mended: '[]' }],
    [`${head('Location')}spec: {presence: optinal}\n`, { mended: 'optional', expected: 'required or optional' }],
  ])('%j', (text, expected) => {
    expect(validate(text).problems[0]).toMatchObject(expected)
  })

  test('every problem has a hint', () => {
    const text = 'kind: 1\nfoo: 1\nmetadata: {name: a b, tags: a, links: [1]}\nspec: []\n'
    for (const problem of validate(text).problems) expect(problem.hint).toBeTruthy()
  })
})

describe('references', () => {
  test('without a kind where none is meant are errors, all of them', () => {
    const { entity, problems, relations } = validate(
      `${component}  dependsOn: [component:a, lms, "x:"]\n  system: "/y"\n`,
    )
    expect(entity).toBeUndefined()
    expect(problems.map(({ code, path }) => [code, pathText(path)])).toEqual([
      ['bad-reference', 'spec.dependsOn[1]'],
      ['bad-reference', 'spec.dependsOn[2]'],
      ['bad-reference', 'spec.system'],
    ])
    expect(relations.map(({ type, targetRef }) => `${type} ${targetRef}`)).toContain('dependsOn component:default/a')
  })

  test('that no entity can have are warnings', () => {
    const { entity, problems } = validate(component.replace('owner: team', 'owner: Team A'))
    expect(problems).toMatchObject([{ code: 'impossible-reference', severity: 'warning', path: ['spec', 'owner'] }])
    expect(entity).toBeDefined()
  })
})

describe('placeholders', () => {
  test('count as filled', () => {
    const text = `${head('API')}spec:\n  type: openapi\n  lifecycle: {$text: ./l}\n  owner: {$yaml: ./o}\n  definition: {$text: ./d.yaml}\n`
    const { entity, problems } = validate(text)
    expect(problems).toEqual([])
    expect(entity?.spec?.definition).toEqual({ $text: './d.yaml' })
    expect(validate(`${head('API')}spec: {$yaml: ./spec.yaml}\n`).problems).toEqual([])
    expect(validate(component.replace('name: x', 'name: x\n  tags: {$json: ./t}')).problems).toEqual([])
  })

  test('must name a file, and cannot name the entity', () => {
    expect(codes(`${head('API')}spec: {type: a, lifecycle: b, owner: c, definition: {$text: 1}}\n`)).toEqual([
      'placeholder-not-text spec.definition',
    ])
    expect(codes(component.replace('name: x', 'name: {$text: ./n}'))).toEqual(['wrong-type metadata.name'])
  })

  test('beside other keys are no placeholders', () => {
    expect(codes(`${head('API')}spec: {type: a, lifecycle: b, owner: c, definition: {$text: a, b: c}}\n`)).toEqual([
      'wrong-type spec.definition',
    ])
  })
})

test('annotations and links below spec are honoured and reported', () => {
  const { entity, problems } = validate(
    `${component.replace('name: x', 'name: x\n  annotations: {a: mine}')}  annotations: {a: other, b: c, n: 1}\n  links: [{url: https://x.dev, title: X}, {url: no}]\n`,
  )
  expect(entity?.metadata.annotations).toEqual({ a: 'mine', b: 'c' })
  expect(entity?.metadata.links).toEqual([{ url: 'https://x.dev', title: 'X' }])
  expect(problems.map(({ code, severity, path }) => [code, severity, pathText(path)])).toEqual([
    ['misplaced-field', 'warning', 'spec.annotations'],
    ['misplaced-field', 'warning', 'spec.links'],
  ])
})

test('keys that differ in letter case alone are a warning', () => {
  const { entity, problems } = validate(`${component}  a: {Key: 1, key: 2}\n`)
  expect(problems).toMatchObject([{ code: 'keys-differ-by-case', severity: 'warning', path: ['spec', 'a', 'key'] }])
  expect(entity).toBeDefined()
})

test('a hostile number of problems or placeholders neither floods nor hangs', () => {
  const tags = Array.from({ length: 50_000 }, () => 'Bad Tag')
  const files = Array.from({ length: 50_000 }, () => ({ $text: 1 }))
  const document = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'x', tags },
    spec: { files },
  }
  expect(validateEntity(document, kinds).problems).toHaveLength(101)
  expect(cpuTime(() => validateEntity(document, kinds), 1000)).toBeLessThan(1000)
})
