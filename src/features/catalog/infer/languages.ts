import type { TreeEntry } from '../../../api/source-tree.ts'
import { isMade } from './aside.ts'
import type { Fact } from './fact.ts'

const extensions: Readonly<Record<string, string>> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  vue: 'vue',
  svelte: 'svelte',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'kotlin',
  kts: 'kotlin',
  scala: 'scala',
  groovy: 'groovy',
  rb: 'ruby',
  php: 'php',
  cs: 'csharp',
  fs: 'fsharp',
  ex: 'elixir',
  exs: 'elixir',
  erl: 'erlang',
  hs: 'haskell',
  clj: 'clojure',
  swift: 'swift',
  dart: 'dart',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  hpp: 'cpp',
  lua: 'lua',
  r: 'r',
  jl: 'julia',
  pl: 'perl',
  sh: 'shell',
  tf: 'terraform',
  zig: 'zig',
}
const buildFiles =
  /(^|\/)(build\.gradle\.kts|settings\.gradle\.kts|mix\.exs)$|\.(min|bundle)\.js$|\.config\.[cm]?[jt]s$/

/** The languages of the code, by bytes, the most first; each counts from a twentieth of all on. */
export function languagesOf(entries: readonly TreeEntry[]): Fact[] {
  const bytes = new Map<string, number>()
  const files = new Map<string, number>()
  for (const { path, size } of entries) {
    const language = extensions[/\.([a-z]+)$/.exec(path)?.[1] ?? '']
    if (language === undefined || isMade(path) || buildFiles.test(path)) continue
    bytes.set(language, (bytes.get(language) ?? 0) + Math.min(size, 200_000))
    files.set(language, (files.get(language) ?? 0) + 1)
  }
  const total = [...bytes.values()].reduce((sum, one) => sum + one, 0)
  return [...bytes]
    .filter(([, size]) => size * 20 >= total)
    .sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([value]) => {
      const count = files.get(value) ?? 0
      return { value, rule: count === 1 ? `1 file of ${value}` : `${count} files of ${value}` }
    })
}
