import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from '../api/env.ts'

export interface GitCall {
  /** Without the repository and options in front of the command: `ls-remote`. */
  command: string
  args: string[]
  env: Record<string, string>
}

/** Writes down how the program git is called, and hands on to the real one. */
export interface GitCalls {
  /** To be the PATH of the process while calls are written down. */
  path: string
  list(): GitCall[]
  clear(): void
}

/** Makes a git that stands in front of the real one. */
export function gitCalls(folder: string): GitCalls {
  const bin = join(folder, 'bin')
  const log = join(folder, 'calls')
  mkdirSync(bin, { recursive: true })
  const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
  // One file a call: several may be made at once.
  const script = `#!/bin/sh
mkdir -p '${log}'
file=$(mktemp '${log}/XXXXXXXX')
{ printf '%s\\0' "$@"; printf '\\0'; env -0; } > "$file.part"
mv "$file.part" "$file"
exec '${real}' "$@"
`
  writeFileSync(join(bin, 'git'), script)
  chmodSync(join(bin, 'git'), 0o755)
  return {
    path: `${bin}:${env('PATH', '')}`,
    list: () => (existsSync(log) ? filesIn(log).map(readCall) : []),
    clear: () => forget(log),
  }
}

/** What is being written down at this moment is no longer in its way. */
function forget(log: string): void {
  if (!existsSync(log)) return
  const old = `${log}-${process.hrtime.bigint()}`
  renameSync(log, old)
  rmSync(old, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

function filesIn(folder: string): string[] {
  const names = execFileSync('ls', ['-tr', folder]).toString().split('\n')
  return names.filter((name) => /^\w+$/.test(name)).map((name) => join(folder, name))
}

function readCall(file: string): GitCall {
  const text = readFileSync(file, 'utf8')
  const end = text.indexOf('\0\0')
  const args = text.slice(0, end).split('\0')
  const pairs = text
    .slice(end + 2)
    .split('\0')
    .filter(Boolean)
  const env = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  return { command: args.find((arg) => !arg.startsWith('-')) ?? '', args, env }
}
