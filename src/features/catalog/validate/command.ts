import { parseArgs } from 'node:util'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { KindSpec } from '../../../api/kind.ts'
import type { Command } from '../../../api/plugin.ts'
import { contributionsRef } from '../../../platform/contributions.ts'
import { wantsColour } from '../../../platform/terminal.ts'
import { kindMap } from '../model/kinds.ts'
import { type CheckedFile, checkFile } from './checked-file.ts'
import { findFiles } from './found-files.ts'
import { githubReport } from './github-report.ts'
import { humanReport } from './human-report.ts'
import { jsonReport } from './json-report.ts'
import { totalsOf } from './totals.ts'

const formats = ['human', 'json', 'github'] as const
type Format = (typeof formats)[number]

/** Checks files without a portal: no database, no data folder, no network. */
export const validate: Command = {
  name: 'validate',
  summary: 'Check descriptor files, offline',
  usage: 'FILE|DIR… [--format human|json|github]',
  needs: 'nothing',
  run: async ({ argv, ctx, print }) => {
    const { paths, format } = argumentsOf(argv)
    const kinds = kindMap(ctx.use(contributionsRef).kinds.map(({ spec }) => spec))
    const files = await checkFiles(paths, kinds)
    for (const line of reportOf(files, format)) print(line)
    return totalsOf(files).errors > 0 ? 1 : 0
  },
}

/** Checks what the paths lead to: files as they are named, and the descriptors below folders. */
export async function checkFiles(
  paths: readonly string[],
  kinds: ReadonlyMap<string, KindSpec>,
): Promise<CheckedFile[]> {
  const files: CheckedFile[] = []
  for (const found of await findFiles(paths)) {
    files.push(typeof found === 'string' ? await checkFile(found, kinds) : found)
  }
  return files
}

function argumentsOf(argv: readonly string[]): { paths: string[]; format: Format } {
  const hint = `Usage: callboard validate ${validate.usage}`
  const { values, positionals } = wordsOf(argv, hint)
  const format = formats.find((one) => one === (values.format ?? 'human'))
  if (!format) {
    const names = formats.join(', ')
    throw new PortalError('invalid', `There is no format called ${values.format}; there are ${names}`, { hint })
  }
  if (positionals.length === 0) throw new PortalError('invalid', 'There is nothing to check', { hint })
  return { paths: positionals, format }
}

function wordsOf(argv: readonly string[], hint: string) {
  try {
    return parseArgs({ args: [...argv], options: { format: { type: 'string' } }, allowPositionals: true })
  } catch (error) {
    const [message = ''] = messageOf(error).split('. ') // What follows is advice on quoting that does not help here.
    throw new PortalError('invalid', message, { hint, cause: error })
  }
}

function reportOf(files: readonly CheckedFile[], format: Format): string[] {
  if (format === 'json') return [jsonReport(files)]
  return format === 'github' ? githubReport(files) : humanReport(files, { colour: wantsColour() })
}
