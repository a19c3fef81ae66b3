import { PortalError } from '../../api/errors.ts'

/** One thing that is wrong with the configuration. Both are sentences; the remedy says what to write or run. */
export interface Problem {
  what: string
  remedy: string
}

/** All problems as one error, so that they can be mended in one go. */
export function configurationError(problems: readonly Problem[], cause?: unknown): PortalError {
  const lines = problems.map(({ what, remedy }) => `- ${what} ${remedy}`.replaceAll('\n', '\n  '))
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new PortalError('invalid', [`The configuration has ${count}:`, ...lines].join('\n'), {
    hint: 'Mend what is listed, then start again. "callboard config" prints what the portal understood.',
    cause,
  })
}
