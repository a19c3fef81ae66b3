import type { Fact } from '../fact.ts'
import { lineOf } from '../lines.ts'
import { firstOf, inFolder, type Manifest, type ManifestReader, tagsOf } from '../manifest.ts'
import { childrenOf, readXml, type XmlElement } from '../xml.ts'

const services = [
  'org.springframework.boot:spring-boot-starter-web',
  'org.springframework.boot:spring-boot-starter-webflux',
  'io.quarkus:quarkus-rest',
  'io.quarkus:quarkus-resteasy',
  'io.micronaut:micronaut-http-server-netty',
  'io.dropwizard:dropwizard-core',
  'io.javalin:javalin',
  'io.ktor:ktor-server-core',
]
const families = {
  'org.springframework.boot': 'spring-boot',
  'io.quarkus': 'quarkus',
  'io.micronaut': 'micronaut',
  'io.ktor': 'ktor',
}

export const maven: ManifestReader = {
  isManifest: (name) => name === 'pom.xml',
  read(text, { file }) {
    const root = readXml(text)
    if (root?.name !== 'project') return undefined
    const said = (key: string, rule: string): Fact | undefined => {
      const [found] = childrenOf(root, key)
      return found && isPlain(found.text) ? { value: found.text, file, line: found.line, rule } : undefined
    }
    const group = said('groupId', '') ?? inherited(root, 'groupId', file)
    const name = said('artifactId', 'artifact of the project')
    const needs = childrenOf(root, 'dependencies', 'dependency').flatMap((one) => coordinates(one, file))
    const plugins = childrenOf(root, 'build', 'plugins', 'plugin').flatMap((one) => coordinates(one, file, 'plugin'))
    const parent = childrenOf(root, 'parent').flatMap((one) => coordinates(one, file, 'parent'))
    const packaging = said('packaging', 'packaging of the project')
    const boot = plugins.find(({ value }) => value === 'org.springframework.boot:spring-boot-maven-plugin')
    const modules = childrenOf(root, 'modules', 'module').map((one) => one.text)
    const found = new Map(needs.map(({ value, line }) => [value, line]))
    const packed = name && { value: 'library', file, line: name.line, rule: 'an artifact without a program' }
    return jvm({
      file,
      name,
      title: said('name', 'name of the project'),
      description: said('description', 'description of the project'),
      version: said('version', 'version of the project'),
      homepage: said('url', 'home page of the project'),
      type:
        firstOf(found, services, { value: 'service', file, rule: (one) => `dependency ${one}` }) ??
        (boot && { ...boot, value: 'service' }) ??
        (packaging?.value === 'war' ? { ...packaging, value: 'service', rule: 'packed for a server' } : packed),
      needs: [...needs, ...parent],
      all: [...parent, ...needs, ...plugins],
      identities: name && group ? [`maven:${group.value}:${name.value}`] : [],
      workspaces: modules,
      isPackage: packaging?.value !== 'pom',
    })
  },
}

export const gradle: ManifestReader = {
  isManifest: (name) => name === 'build.gradle' || name === 'build.gradle.kts',
  async read(text, { file, folder, files }) {
    const settings = ['settings.gradle', 'settings.gradle.kts'].map((name) => inFolder(folder, name)).find(files.has)
    const settingsText = settings === undefined ? '' : ((await files.text(settings)) ?? '')
    const said = (key: string, rule: string, from = text, at = file): Fact | undefined => {
      const pattern = new RegExp(`^[ \\t]*${key}[ \\t]{0,9}=?[ \\t]{0,9}["']([^"'$\\n]+)["']`, 'm')
      const value = pattern.exec(from)?.[1]
      return value === undefined ? undefined : { value, file: at, line: lineOf(from, pattern), rule }
    }
    const name =
      settings === undefined ? undefined : said('rootProject\\.name', 'name of the project', settingsText, settings)
    const group = said('group', '')
    const needs = text.split('\n').flatMap((line, index) => {
      const value = /^\s*\w*(?:[iI]mplementation|api|compileOnly|runtimeOnly)\b[^"']*["']([\w.-]+:[\w.-]+)/.exec(
        line,
      )?.[1]
      return value === undefined ? [] : [{ value, file, line: index + 1, rule: `dependency ${value}` }]
    })
    const plugin = (id: string, value: string): Fact | undefined => {
      const line = lineOf(
        text,
        new RegExp(
          `\\bid[ \\t]{0,9}\\(?[ \\t]{0,9}["']${id.replaceAll('.', '\\.')}["']|^[ \\t]*\`?${id}\`?[ \\t]*$`,
          'm',
        ),
      )
      return line === undefined ? undefined : { value, file, line, rule: `plugin ${id}` }
    }
    const boot = plugin('org.springframework.boot', 'service')
    const found = new Map(needs.map(({ value, line }) => [value, line]))
    const type =
      boot ??
      firstOf(found, services, { value: 'service', file, rule: (one) => `dependency ${one}` }) ??
      plugin('com.android.application', 'app') ??
      plugin('application', 'cli') ??
      plugin('java-library', 'library')
    return jvm({
      file,
      name,
      description: said('description', 'description of the project'),
      version: said('version', 'version of the project'),
      type,
      needs,
      all: [...(boot ? [{ ...boot, value: 'org.springframework.boot:' }] : []), ...needs],
      identities: name && group ? [`maven:${group.value}:${name.value}`] : [],
      workspaces: [],
      isPackage: true,
    })
  },
}

interface Parts extends Omit<Manifest, 'languages' | 'tags' | 'dependencies'> {
  needs: readonly Fact[]
  all: readonly Fact[]
}

function jvm({ needs, all, ...facts }: Parts): Manifest {
  const found = new Map(all.toReversed().map(({ value, line }) => [value.split(':')[0] ?? '', line]))
  const tags = tagsOf(found, families, facts.file).map((tag) => {
    const first = all.find(({ value }) => value.startsWith(`${tag.rule.replace('dependency ', '')}:`))
    return { ...tag, rule: first?.rule ?? tag.rule }
  })
  return {
    ...facts,
    languages: ['java', 'kotlin', 'scala', 'groovy'],
    tags,
    dependencies: needs.map((need) => ({ ...need, value: `maven:${need.value}` })),
  }
}

function coordinates(element: XmlElement, file: string, word = 'dependency'): Fact[] {
  const group = childrenOf(element, 'groupId')[0]?.text ?? ''
  const artifact = childrenOf(element, 'artifactId')[0]
  if (!artifact || !isPlain(artifact.text)) return []
  const value = `${group}:${artifact.text}`
  return [{ value, file, line: artifact.line, rule: `${word} ${value}` }]
}

function inherited(root: XmlElement, key: string, file: string): Fact | undefined {
  const [found] = childrenOf(root, 'parent', key)
  return found && isPlain(found.text) ? { value: found.text, file, line: found.line, rule: '' } : undefined
}

/** Properties stand for what only the build tool knows. */
const isPlain = (text: string) => text !== '' && !text.includes('${')
