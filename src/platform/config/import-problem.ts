import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import * as module from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf, PortalError } from '../../api/errors.ts'
import type { Problem } from './problem.ts'

/** Says why a configuration could not be imported: a mistake in its text, or something that it called threw. */
export function importProblems(error: unknown, file: string): Problem[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND') return [missingModule(messageOf(error))]
  if (error instanceof Error && error.name === 'TransformError') return transformProblems(error.message)
  if (error instanceof SyntaxError && !calledFrom(stack, file)) return [syntaxProblem(error, stack, file)]
  return thrownProblems(error, stack, file)
}

function missingModule(message: string): Problem {
  const [, kind, name, importer] = /^Cannot find (module|package) '(.+)' imported from (.+)$/s.exec(message) ?? []
  if (!name) return { what: `${message}.`, remedy: 'Check the imports.' }
  const remedy =
    kind === 'package'
      ? 'Install it in the folder of the configuration, or check its spelling.'
      : 'Check the path; the name of a file ends in .ts.'
  return { what: `${importer} imports ${name}, which does not exist.`, remedy }
}

// What tsx reports, on a Node that does not run TypeScript itself: one line per mistake, with its place.
function transformProblems(message: string): Problem[] {
  const lines = [...message.matchAll(/^(.+:\d+):\d+: ERROR: (.+)$/gm)]
  return lines.map(([, place, text]) => ({ what: `${place}: ${text}.`, remedy: 'Mend the text there.' }))
}

function syntaxProblem(error: SyntaxError, stack: string, file: string): Problem {
  const place = /^(file:\/\/.+):(\d+)$/m.exec(stack.split('\n', 1)[0] ?? '')
  const where = place?.[1] ? `${fileURLToPath(place[1])}:${place[2]}` : (checkedPlace(file) ?? file)
  const unsupported = 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
  const missing = error.message.includes('does not provide an export')
  return {
    what: `${where}: ${error.message}.`,
    remedy: unsupported
      ? 'Types are only removed here: write plain JavaScript in its place.'
      : missing
        ? 'Check the spelling of the import; a type needs "import type".'
        : 'Mend the text there.',
  }
}

// The engine keeps the line of some mistakes to itself, but prints it when asked to check a text.
function checkedPlace(file: string): string | undefined {
  if (!module.stripTypeScriptTypes) return undefined
  const input = module.stripTypeScriptTypes(readFileSync(file, 'utf8'))
  const { stderr } = spawnSync(process.execPath, ['--check', '--input-type=module'], { input, encoding: 'utf8' })
  const line = /^\[stdin\]:(\d+)$/m.exec(stderr)?.[1]
  return line && `${file}:${line}`
}

function thrownProblems(error: unknown, stack: string, file: string): Problem[] {
  const caller = calledFrom(stack, file)
  const where = caller ? `${file}:${caller.line}` : file
  const subject = caller?.factory ? `${where}: ${caller.factory}` : where
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => {
      const path = issue.path.length > 0 ? ` (${issue.path.join('.')})` : ''
      return { what: `${subject}${path}: ${issue.message}.`, remedy: 'Correct the option.' }
    })
  }
  const hint = error instanceof PortalError ? error.hint : undefined
  return [
    { what: `${subject}: ${messageOf(error).replace(/\.$/, '')}.`, remedy: hint ?? `Look at ${basename(file)} there.` },
  ]
}

/** The line of the configuration that was running, and what it had called. */
function calledFrom(stack: string, file: string): { line: string; factory: string | undefined } | undefined {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  const index = frames.findIndex((frame) => frame.includes(`${file}:`))
  const line = frames[index]?.split(`${file}:`)[1]?.split(':')[0]
  if (!line) return undefined
  const factory = /^ {4}at ([\w$]+) \(/.exec(frames[index - 1] ?? '')?.[1]
  return { line, factory }
}
