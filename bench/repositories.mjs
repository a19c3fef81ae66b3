// Bare Git repositories of any number for measurements, written by `git fast-import` without a checkout. The same
// number and seed give the same commits.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { generator, toYaml } from './catalog.mjs'

const teams = 20
const started = 1_780_000_000
const languages = {
  go: {
    tag: 'go',
    file: 'main.go',
    code: (name, count) => `package main\n\n// ${name}, version ${count}\nfunc main() {}\n`,
  },
  js: {
    tag: 'typescript',
    file: 'src/index.ts',
    code: (name, count) => `export const ${identifier(name)} = ${count}\n`,
  },
  py: { tag: 'python', file: 'app/main.py', code: (name, count) => `NAME = "${name}"\nVERSION = ${count}\n` },
}
const people = ['Anna Ahrens', 'Ben Okafor', 'Cora Lind', 'Davide Russo', 'Emi Tanaka']

/**
 * Writes bare repositories, the first of which holds the teams. Every one has a catalog-info.yaml, a README, a few
 * source files and several commits, every fourth one an API, every third one a CODEOWNERS.
 *
 * @returns their names and how many entities they define, Locations left out
 */
export async function writeRepositories(folder, { count, seed = 1, at = cpus().length * 2 }) {
  mkdirSync(folder, { recursive: true })
  const names = repositoryNames(count)
  const blank = join(folder, '.blank')
  await git(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', blank])
  await git([`--git-dir=${blank}`, 'config', 'uploadpack.allowFilter', 'true'])
  const left = names.map((name, index) => ({ name, commits: commitsOf(names, index, seed) }))
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      const path = join(folder, `${one.name}.git`)
      cpSync(blank, path, { recursive: true })
      await importInto(path, one.commits)
    }
  }
  await Promise.all(Array.from({ length: at }, work))
  const entities = names.flatMap((_, index) => entitiesOf(index, randomOf(index, seed))).length
  return { names, entities }
}

/** Pushes one commit that gives the component another description. @returns the description */
export async function changeRepository(folder, names, name, number, seed = 1) {
  const index = names.indexOf(name)
  const description = `Description number ${number} of ${name}`
  const [component, ...others] = entitiesOf(index, randomOf(index, seed))
  const changed = { ...component, metadata: { ...component.metadata, description } }
  const files = { 'catalog-info.yaml': [changed, ...others].map(toYaml).join('---\n') }
  const commit = { message: 'Describe it anew', author: people[0], at: started + 30_000_000 + number, files }
  await importInto(join(folder, `${name}.git`), [commit], { onto: 'refs/heads/main^0' })
  return description
}

/** `shop/organisation` and then components, in folders of a hundred as groups of a forge. */
export function repositoryNames(count) {
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? 'shop/organisation' : `area-${Math.floor(index / 100)}/${componentName(index)}`,
  )
}

/** The page of the component of a repository. */
export function entityOf(repository) {
  return `/catalog/default/component/${repository.split('/').at(-1)}`
}

/** What `git fast-import` reads. */
export function importStream(commits, { onto } = {}) {
  const parts = commits.flatMap(({ message, author, at, files }, index) => [
    'commit refs/heads/main\n',
    `author ${author} <${mailOf(author)}> ${at} +0000\n`,
    `committer ${author} <${mailOf(author)}> ${at} +0000\n`,
    data(message),
    index === 0 && onto ? `from ${onto}\n` : '',
    ...Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`),
    '\n',
  ])
  return parts.join('')
}

export function commitsOf(names, index, seed) {
  const random = randomOf(index, seed)
  const entities = entitiesOf(index, random)
  const name = entities[0].metadata.name
  const language = languages[random.pick(Object.keys(languages))]
  const number = 3 + random.below(6)
  return Array.from({ length: number }, (_, commit) => ({
    message: commit === 0 ? 'First version' : `Change number ${commit} of ${name}`,
    author: random.pick(people),
    at: started + index * 1000 + commit * 86_400,
    files: {
      ...(commit === 0 && firstFiles(names, index, entities)),
      [language.file]: language.code(name, commit),
    },
  }))
}

function firstFiles(names, index, entities) {
  const name = entities[0].metadata.name
  const team = teamOf(index)
  return {
    'catalog-info.yaml': entities.map(toYaml).join('---\n'),
    'README.md': `# ${name}\n\nNumber ${index} of ${names.length} repositories.\n\n## Running it\n\nAs the others.\n`,
    'docs/index.md': `# Documentation of ${name}\n\nWhat it does, and for whom.\n`,
    '.gitignore': 'node_modules\nbuild\n',
    ...(index % 3 === 0 && { '.github/CODEOWNERS': `* @shop/${team}\n/docs/ @shop/writers\n` }),
  }
}

/** The component comes first; the first repository has the teams beside it. */
function entitiesOf(index, random) {
  const name = index === 0 ? 'organisation' : componentName(index)
  const owner = teamOf(index)
  const component = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name, description: `What repository ${index} is for`, tags: [random.pick(['go', 'python', 'batch'])] },
    spec: {
      type: random.pick(['service', 'website', 'library']),
      lifecycle: random.pick(['experimental', 'production']),
      owner,
      dependsOn: index > 1 ? [`component:${componentName(1 + random.below(index - 1))}`] : [],
      providesApis: index % 4 === 1 ? [`${name}-api`] : [],
    },
  }
  if (index === 0) return [component, ...Array.from({ length: teams }, (_, team) => group(team))]
  return index % 4 === 1 ? [component, api(name, owner)] : [component]
}

function group(index) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: `team-${index}` },
    spec: { type: 'team', children: [] },
  }
}

function api(name, owner) {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'API',
    metadata: { name: `${name}-api`, description: `What ${name} answers` },
    spec: {
      type: 'openapi',
      lifecycle: 'production',
      owner,
      definition: `openapi: 3.0.3\ninfo:\n  title: ${name}\n  version: 1.0.0\npaths: {}\n`,
    },
  }
}

const componentName = (index) => `part-${index}`
// Neighbouring seeds would begin alike.
const randomOf = (index, seed) => generator(Math.imul(seed * 100_000 + index, 2_654_435_761))
const teamOf = (index) => `team-${index % teams}`
const mailOf = (author) => `${author.split(' ')[0].toLowerCase()}@shop.example`
const identifier = (name) => name.replaceAll('-', '_')
const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`

async function importInto(path, commits, { onto } = {}) {
  const options = ['-c', 'fastimport.unpackLimit=0', `--git-dir=${path}`]
  await git([...options, 'fast-import', '--quiet', '--force', '--date-format=raw'], importStream(commits, { onto }))
}

async function git(args, input = '') {
  const child = spawn('git', args, {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  child.stdin.on('error', () => undefined) // It ended early; its exit code says why.
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${errors.trim()}`)
}
