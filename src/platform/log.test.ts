import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createLog, type LogOptions, readLogFormat } from './log.ts'
import { logLine } from './log-line.ts'

/** What a log writes in a format. */
function written(format: LogOptions['format'], write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  write(createLog('info', { ...(format && { format }), destination: { write: (line) => lines.push(line) } }))
  return lines
}

const clock = /^\d\d:\d\d:\d\d/

test('programs get JSON, also by default where the output is no terminal', () => {
  for (const format of ['json', 'auto', undefined] as const) {
    const [line = '', ...more] = written(format, (log) => log.info({ files: 3 }, 'Read a source'))
    expect(more).toEqual([])
    expect(JSON.parse(line)).toMatchObject({ level: 'info', files: 3, msg: 'Read a source' })
  }
})

test('people get time, level, message and fields', () => {
  const [line = ''] = written('lines', (log) =>
    log.warn({ files: 3, source: 'a b', ref: 'x:y/z', list: [1] }, 'Read a source'),
  )
  expect(line).toMatch(clock)
  expect(line.replace(clock, '')).toBe(' warn  Read a source  files=3 source="a b" ref=x:y/z list=[1]\n')
})

test('an error brings its stack, indented', () => {
  const [line = ''] = written('lines', (log) => log.error({ err: new TypeError('Broken'), job: 1 }, 'It failed'))
  const [first = '', second, third] = line.split('\n')
  expect(first.replace(clock, '')).toBe(' error It failed  job=1')
  expect(second).toBe('    TypeError: Broken')
  expect(third).toMatch(/^ {4}at .*log\.test\.ts/)
})

test('neither form shows a secret', () => {
  for (const format of ['json', 'lines'] as const) {
    const [line] = written(format, (log) => log.info({ token: 'hunter2', headers: { cookie: 'hunter2' } }, 'x'))
    expect(line).toContain('••••••')
    expect(line).not.toContain('hunter2')
  }
})

test('what is logged cannot steer the terminal', () => {
  const [line = ''] = written('lines', (log) =>
    log.info({ 'a\u001b': 'b\u001b[31m', c: 'd\u202e' }, 'e\u001b]0;x\u0007\nf'),
  )
  expect(['\u001b', '\u0007', '\u202e'].filter((character) => line.includes(character))).toEqual([])
  expect(line.trimEnd().split('\n')).toHaveLength(1)
})

test('colours are there when asked for, and nothing else changes', () => {
  const record = '{"level":"warn","time":"2026-11-21T10:00:00.000Z","a":1,"msg":"x"}'
  const coloured = logLine(record, { colour: true })
  expect(coloured).toContain('\u001b[33mwarn \u001b[39m')
  expect(stripVTControlCharacters(coloured)).toBe(logLine(record, { colour: false }))
})

test('a format that does not exist is refused with those that do', () => {
  expect(readLogFormat('json')).toBe('json')
  expect(() => readLogFormat('pretty')).toThrow('LOG_FORMAT is "pretty"')
})
