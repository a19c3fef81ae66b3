import { describe, expect, test } from 'vitest'
import { builtinKinds, kindMap } from './kinds.ts'
import { parseDocuments } from './parse.ts'
import { validateEntity } from './validate.ts'

const kinds = kindMap(builtinKinds)
const validate = (text: string) => validateEntity(parseDocuments(text).documents[0]?.value ?? {}, kinds)

const entity = (name: string, owner = 'team', kind = 'Component') =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  type: a\n  lifecycle: b\n  owner: ${owner}\n`

describe('a skeleton', () => {
  test.each([
    entity(`\${{ values.name }}`),
    entity(`"\${{values.name | dump}}"`),
    entity('{{ cookiecutter.name }}'),
    entity('"{{cookiecutter.name}}"'),
    entity('"{% if x %}a{% endif %}"'),
    entity('"<%= name %>"'),
    entity('x', `\${{ values.owner }}`),
    entity('x', 'team', `\${{ values.kind }}`),
    entity('x').concat(`  system: \${{ values.system }}\n`),
    entity('x').replace('name: x', `name: x\n  links: [{url: "\${BASE}/x"}]`),
    '{{ cookiecutter.body }}',
  ])('%j is one note and no entity', (text) => {
    const result = validate(text)
    expect(result.problems).toMatchObject([{ code: 'skeleton', severity: 'info' }])
    expect(result).toMatchObject({ recognised: 'skeleton', relations: [] })
    expect(result.entity).toBeUndefined()
  })

  test('is not what merely mentions placeholders', () => {
    const text = entity('x').replace('name: x', `name: x\n  description: "Write \${{ values.x }}, {{ y }} or \${Z}"`)
    expect(validate(text).problems).toEqual([])
    const template = `apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec: {type: "\${{ x }}", steps: 1, output: {a: "\${{ y }}"}}\n`
    expect(validate(template).problems).toMatchObject([{ code: 'wrong-type', path: ['spec', 'steps'] }])
  })
})

describe('a foreign manifest', () => {
  test.each([
    ['apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {}\n', 'Kubernetes'],
    ['apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n', 'Kubernetes'],
    ['apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n', 'Kubernetes'],
    ['apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n', 'Argo'],
    ['apiVersion: user.openshift.io/v1\nkind: Group\nmetadata: {name: a}\nusers: []\n', 'OpenShift'],
    ['apiVersion: acme.example/v1\nkind: Gadget\nmetadata: {name: a}\n', 'another tool'],
    ['openapi: 3.0.0\ninfo: {}\n', 'OpenAPI'],
    ['site_name: x\n', 'MkDocs'],
    ['version: 1\nname: x\n', 'another tool'],
  ])('%j is one note and no entity', (text, tool) => {
    const result = validate(text)
    expect(result.problems).toMatchObject([
      { code: 'foreign-manifest', severity: 'info', message: expect.stringContaining(tool) },
    ])
    expect(result).toMatchObject({ recognised: 'foreign', relations: [] })
    expect(result.entity).toBeUndefined()
  })

  test.each([
    ['apiVersion: backstage.io/v1alpha1\nkind: Gadget\nmetadata: {name: a}\n', 'unknown-kind'],
    ['apiVersion: backtsage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {}\n', 'unknown-api-version'],
    ['apiVersion: backstage/v1\nkind: Component\nmetadata: {name: a}\nspec: {}\n', 'unknown-api-version'],
    ['apiVersion: v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {}\n', 'unknown-api-version'],
    ['metadata: {name: a}\nspec: {}\n', 'field-missing'],
    ['kind: Component\n', 'field-missing'],
  ])('is not %j, which is an entity with a mistake', (text, code) => {
    const result = validate(text)
    expect(result.recognised).toBeUndefined()
    expect(result.problems.map((problem) => problem.code)).toContain(code)
  })
})
