import { describe, expect, test } from 'vitest'
import { type Format, formats, mended } from './formats.ts'

const long = (length: number) => 'a'.repeat(length)

const legal: [Format, string[]][] = [
  [formats.apiVersion, ['v1', 'backstage.io/v1alpha1', 'A9', `a-b.c/${long(63)}`]],
  [formats.kind, ['Component', 'API', 'a', 'a1', long(63)]],
  [formats.objectName, ['a', 'A', '1', 'a.b', 'a--b', 'My_Service-1.0', long(63)]],
  [formats.namespace, ['default', 'a', '0', 'a--b', long(63)]],
  [formats.labelKey, ['tier', 'acme.dev/tier', 'a-b.c/D_e', `${`${long(60)}.`.repeat(4)}a/b`]],
  [formats.annotationKey, ['backstage.io/techdocs-ref', 'x']],
  [formats.labelValue, ['', 'a', 'A.b_c-d', long(63)]],
  [formats.tag, ['java', 'c++', 'c#', 'a:b', 'a-b', long(63)]],
  [formats.linkUrl, ['https://example.com', 'mailto:a@b.c', 'http://localhost:1/x?y']],
  [formats.linkText, ['x', ' x ']],
]

const illegal: [Format, string[]][] = [
  [formats.apiVersion, ['', 'a/b/c', 'A.io/v1', '/v1', 'backstage.io/', 'v1-beta', `a/${long(64)}`]],
  [formats.kind, ['', '1a', 'a-b', 'a b', 'Ä', long(64)]],
  [formats.objectName, ['', '-a', 'a-', '_a', 'a b', 'a/b', 'a\n', 'ä', long(64)]],
  [formats.namespace, ['', 'Default', 'a.b', 'a_b', '-a', 'a-', long(64)]],
  [formats.labelKey, ['', '/a', 'a/', 'a/b/c', 'Acme.dev/a', 'a..b/c', `${long(254)}/a`]],
  [formats.annotationKey, ['a b']],
  [formats.labelValue, ['-', 'a b', ' ', long(64)]],
  [formats.tag, ['', 'Java', 'a--b', '-a', 'a b', 'a_b', 'a.b', long(64)]],
  [formats.linkUrl, ['', 'example.com', '/x', './x', 'http://']],
  [formats.linkText, ['', ' ', '\t\n']],
]

describe('formats', () => {
  test.each(legal)('$title accepts what is legal', (format, values) => {
    for (const value of values) expect([value, format.matches(value)]).toEqual([value, true])
  })
  test.each(illegal)('$title refuses what is not', (format, values) => {
    for (const value of values) expect([value, format.matches(value)]).toEqual([value, false])
  })
})

describe('mended', () => {
  test.each<[Format, string, string | undefined]>([
    [formats.objectName, 'My Service', 'my-service'],
    [formats.objectName, 'Payments!', 'Payments'],
    [formats.objectName, '  -- Zahlungs Übersicht --  ', 'zahlungs-ubersicht'],
    [formats.objectName, '@acme/ui', 'acme-ui'],
    [formats.objectName, '日本', undefined],
    [formats.namespace, 'Capslock.gg', 'capslock-gg'],
    [formats.tag, 'Spring Boot', 'spring-boot'],
    [formats.tag, 'node.js', 'node-js'],
    [formats.labelValue, 'tier 1', 'tier-1'],
    [formats.labelKey, 'Acme.dev/team name', 'acme.dev/team-name'],
    [formats.linkUrl, 'example.com/docs', 'https://example.com/docs'],
    [formats.linkUrl, 'see the wiki', undefined],
    [formats.kind, 'My Kind', 'MyKind'],
    [formats.apiVersion, 'a b', undefined],
  ])('$0.title', (format, value, expected) => {
    expect(mended(format, value)).toBe(expected)
  })

  test('what is too long is cut to something legal', () => {
    const value = `${long(62)}-bcd`
    const guess = mended(formats.objectName, value)
    expect(guess).toBe(long(62))
  })
})
