import { type DestinationStream, type Logger, pino } from 'pino'
import { PortalError } from '../api/errors.ts'
import { logLine } from './log-line.ts'
import { wantsColour } from './terminal.ts'

/** Names under which secrets travel; their values never reach a log. */
const redacted = ['password', 'token', 'secret', 'authorization', 'cookie', 'key', 'accessToken', 'refreshToken']

export const logFormats = ['auto', 'lines', 'json'] as const
/** `lines` are for people, `json` for programs; `auto` writes lines on a terminal and JSON elsewhere. */
export type LogFormat = (typeof logFormats)[number]

export interface LogOptions {
  format?: LogFormat
  /** Standard output unless given. */
  destination?: DestinationStream
}

/**
 * The portal's log, on stdout.
 * @param level `trace` to `fatal`, or `silent`
 */
export function createLog(level = 'info', { format = 'auto', destination }: LogOptions = {}): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '••••••' },
  }
  const lines = format === 'auto' ? destination === undefined && process.stdout.isTTY === true : format === 'lines'
  if (!lines) return destination ? pino(options, destination) : pino(options)
  const colour = destination === undefined && wantsColour()
  const out = destination ?? process.stdout
  return pino(options, { write: (record) => out.write(logLine(record, { colour })) })
}

/** @throws PortalError `invalid` for a format that there is none of */
export function readLogFormat(text: string): LogFormat {
  const format = logFormats.find((one) => one === text)
  if (format) return format
  throw new PortalError('invalid', `LOG_FORMAT is "${text}", which is no format of the log`, {
    hint: `Write one of ${logFormats.join(', ')}.`,
  })
}
