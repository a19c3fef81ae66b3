import { type DestinationStream, type Logger, pino } from 'pino'

/** Names under which secrets travel; their values never reach a log. */
const redacted = ['password', 'token', 'secret', 'authorization', 'cookie', 'key', 'accessToken', 'refreshToken']

/**
 * The portal's log: JSON lines on stdout.
 * @param level `trace` to `fatal`, or `silent`
 */
export function createLog(level = 'info', destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '••••••' },
  }
  return destination ? pino(options, destination) : pino(options)
}
