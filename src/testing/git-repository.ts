import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { env } from '../api/env.ts'

/** What a commit changes: content by path, where a link leads, the commit of a submodule; `undefined` removes. */
export type GitFiles = Record<string, string | Uint8Array | { link: string } | { submodule: string } | undefined>

export interface CommitOptions {
  branch?: string
  author?: string
  email?: string
  /** Seconds since 1970; one second later than the last one unless given. */
  at?: number
  message?: string
  /** Begins a new history in place of the old one, as a forced push does. */
  anew?: boolean
}

/** A bare repository for tests, made by the real git without a checkout. */
export interface TestRepository {
  path: string
  /** @returns the id of the commit */
  commit(files: GitFiles, options?: CommitOptions): string
  /** Runs git in it. @returns what it wrote, trimmed */
  git(args: readonly string[], input?: string | Uint8Array): string
}

/** As if the machine had no settings of its own. */
export const plainGit = {
  PATH: env('PATH', ''),
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Anna',
  GIT_AUTHOR_EMAIL: 'anna@acme.example',
  GIT_COMMITTER_NAME: 'Anna',
  GIT_COMMITTER_EMAIL: 'anna@acme.example',
}

export function testRepository(path: string): TestRepository {
  mkdirSync(path, { recursive: true })
  const git: TestRepository['git'] = (args, input = '') =>
    execFileSync('git', [`--git-dir=${path}`, ...args], { env: plainGit, input, maxBuffer: 2 ** 28, stdio: 'pipe' })
      .toString()
      .trim()
  git(['init', '--quiet', '--bare', '--initial-branch=main', path])
  git(['config', 'uploadpack.allowFilter', 'true'])
  let clock = 1_790_000_000
  return {
    path,
    git,
    commit(
      files,
      { branch = 'main', author = 'Anna', email = 'anna@acme.example', at, message = 'Change', anew } = {},
    ) {
      clock = at ?? clock + 1
      const ref = `refs/heads/${branch}`
      const last = anew ? '' : git(['for-each-ref', '--format=%(objectname)', ref])
      const who = `${author} <${email}> ${clock} +0000`
      const parts = [
        ...(anew ? [`reset ${ref}\n\n`] : []),
        `commit ${ref}\nauthor ${who}\ncommitter ${who}\n`,
        data(message),
        last === '' ? '' : `from ${last}\n`,
        ...Object.entries(files).map(([path, content]) => change(path, content)),
        '\n',
      ]
      git(['fast-import', '--quiet', '--force'], Buffer.concat(parts.map((part) => Buffer.from(part))))
      return git(['rev-parse', ref])
    },
  }
}

function change(path: string, content: GitFiles[string]): Buffer {
  const name = `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
  if (content === undefined) return Buffer.from(`D ${name}\n`)
  if (typeof content === 'object' && 'submodule' in content) {
    return Buffer.from(`M 160000 ${content.submodule} ${name}\n`)
  }
  if (typeof content === 'object' && 'link' in content) {
    return Buffer.concat([Buffer.from(`M 120000 inline ${name}\n`), data(content.link)])
  }
  return Buffer.concat([Buffer.from(`M 100644 inline ${name}\n`), data(content)])
}

function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
}
