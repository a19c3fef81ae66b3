import type { Fact } from '../fact.ts'
import { tomlLines } from '../lines.ts'
import {
  firstOf,
  inFolder,
  type Manifest,
  type ManifestReader,
  recordOf,
  tagsOf,
  textOf,
  textsOf,
} from '../manifest.ts'
import { readToml } from './toml.ts'

const services = ['axum', 'actix-web', 'rocket', 'warp', 'tonic', 'tide', 'poem', 'salvo']
const tags = Object.fromEntries([...services, 'tokio', 'clap'].map((name) => [name, name]))
const groups = {
  dependencies: 'dependency',
  'dev-dependencies': 'development dependency',
  'build-dependencies': 'build dependency',
}

export const cargo: ManifestReader = {
  isManifest: (name) => name === 'Cargo.toml',
  async read(text, { file, folder, files }) {
    const toml = await readToml(text)
    if (!toml) return undefined
    const line = tomlLines(text)
    const own = recordOf(toml.package)
    const said = (key: string, rule: string): Fact | undefined => {
      const value = textOf(own[key])
      return value === undefined ? undefined : { value, file, line: line('package', key), rule }
    }
    const name = said('name', 'name of the crate')
    const needs = Object.entries(groups).flatMap(([table, word]) =>
      Object.keys(recordOf(toml[table])).map((crate) => {
        const at = line(table, crate) ?? line(`${table}.${crate}`)
        return { value: crate, file, line: at, rule: `${word} ${crate}` }
      }),
    )
    const found = new Map(
      needs.filter(({ rule }) => rule.startsWith('dependency')).map(({ value, line }) => [value, line]),
    )
    const main = inFolder(folder, 'src/main.rs')
    const lib = inFolder(folder, 'src/lib.rs')
    const bin = line('bin')
    const type =
      firstOf(found, services, { value: 'service', file, rule: (crate) => `dependency ${crate}` }) ??
      (bin === undefined ? undefined : { value: 'cli', file, line: bin, rule: 'the crate has a program' }) ??
      (files.has(main) ? { value: 'cli', file: main, line: 1, rule: 'the crate has a program' } : undefined) ??
      (files.has(lib) ? { value: 'library', file: lib, line: 1, rule: 'the crate is a library' } : undefined)
    return {
      file,
      languages: ['rust'],
      name,
      description: said('description', 'description of the crate'),
      version: said('version', 'version of the crate'),
      homepage: said('homepage', 'home page of the crate'),
      type,
      tags: tagsOf(found, tags, file),
      identities: name ? [`cargo:${name.value}`] : [],
      dependencies: needs.map((need) => ({ ...need, value: `cargo:${need.value}` })),
      workspaces: textsOf(recordOf(toml.workspace).members),
      isPackage: name !== undefined,
    } satisfies Manifest
  },
}
