import { styleText } from 'node:util'

const tones: Record<string, Parameters<typeof styleText>[0]> = {
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'inverse'],
  info: 'green',
}

/**
 * A record of the log for people: `12:04:31 info  Read a source  files=3 ms=12`, and below it the stack of an error.
 * What a record holds cannot steer the terminal.
 *
 * @param record one line of JSON, as pino writes it
 */
export function logLine(record: string, { colour }: { colour: boolean }): string {
  const { level, time, msg = '', err, ...fields }: Record<string, unknown> = JSON.parse(record)
  const style = (tone: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(tone, text, { validateStream: false }) : text
  const word = String(level)
  const pairs = Object.entries(fields).map(([name, value]) => `${plain(name)}=${valueText(value)}`)
  const head = [
    style('dim', new Date(String(time)).toTimeString().slice(0, 8)),
    style(tones[word] ?? 'dim', word.padEnd(5)),
    plain(String(msg)),
    ...(pairs.length > 0 ? [` ${style('dim', pairs.join(' '))}`] : []),
  ]
  const lines = [head.join(' '), ...stackOf(err).map((line) => style('dim', `    ${plain(line)}`))]
  return `${lines.join('\n')}\n`
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return plain(typeof value === 'string' && !/^[^\s"=]+$/.test(text) ? JSON.stringify(text) : text)
}

function stackOf(err: unknown): string[] {
  if (err === undefined || err === null) return []
  if (typeof err !== 'object' || !('stack' in err) || typeof err.stack !== 'string') return [valueText(err)]
  return err.stack.split('\n').map((line) => line.trimStart())
}

/** Without characters that move the cursor, change colours or turn the direction of the text. */
function plain(text: string): string {
  return text.replace(/\p{C}|[\u2028\u2029]/gu, '\ufffd')
}
