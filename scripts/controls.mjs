#!/usr/bin/env node
// What `npm run controls` runs. For each control of docs/security.md: a copy of the checkout without it, and the test
// that shows it, which must fail there. controls.json says what to take out. The working tree is never touched.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const deadline = 180_000
const leftOut = new Set(['node_modules', '.git', 'data'])

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2))
}

/** @param {readonly string[]} ids of the controls; all unless given */
async function main(ids) {
  const all = JSON.parse(readFileSync(join(root, 'scripts/controls.json'), 'utf8'))
  const chosen = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) {
    say(`There is no control called ${ids.join(' or ')}; they go from ${all[0].id} to ${all.at(-1).id}.`)
    return 1
  }
  const copy = mkdtempSync(join(tmpdir(), 'callboard-controls-'))
  try {
    copyTo(copy)
    return await examine(chosen, copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function examine(controls, copy) {
  say('With everything in its place the tests must pass …')
  const whole = await Promise.all([runTests(copy, controls)])
  const broken = controls.filter((control) => verdictOf(control, whole[0]) !== 'passed')
  for (const control of broken)
    say(`${control.id} ${control.name}: its test ${verdictOf(control, whole[0])} with the control in place`)
  let seen = 0
  for (const control of controls) {
    if (broken.includes(control)) continue
    const verdict = await without(control, copy)
    if (verdict === 'failed') seen++
    say(
      `${control.id} ${verdict === 'failed' ? 'ok     ' : 'NOT OK '} ${control.name}: without it, its test ${verdict}`,
    )
  }
  say(`${seen} of ${controls.length} controls: the test was seen to fail without it`)
  return seen === controls.length ? 0 : 1
}

/** @returns what its test does in a copy without the control */
async function without(control, copy) {
  const before = new Map()
  try {
    for (const { file, from, to } of control.without) {
      const path = join(copy, file)
      const text = readFileSync(path, 'utf8')
      if (!before.has(path)) before.set(path, text)
      writeFileSync(path, takenOut(text, { file, from, to }))
    }
    return verdictOf(control, await runTests(copy, [control]))
  } finally {
    for (const [path, text] of before) writeFileSync(path, text)
  }
}

/** @throws Error unless the text stands there exactly once: what was taken out must be what is meant */
export function takenOut(text, { file, from, to }) {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times: ${from}`)
  return parts.join(to)
}

/** The expression that a title of a test becomes, with whatever stands for its values. */
export function patternOf(title) {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%(\\\.\d+)?[sdijfo]/g, '.*')
}

/** @returns `passed`, `failed`, or `did not run` */
export function verdictOf({ test, title }, files) {
  const pattern = new RegExp(patternOf(title))
  const results = files
    .filter(({ path }) => path === test)
    .flatMap(({ tests }) => tests)
    .filter(({ name, status }) => pattern.test(name) && (status === 'passed' || status === 'failed'))
  if (results.length === 0) return 'did not run'
  return results.some(({ status }) => status === 'failed') ? 'failed' : 'passed'
}

async function runTests(copy, controls) {
  const report = join(copy, 'controls-report.json')
  rmSync(report, { force: true })
  const files = [...new Set(controls.map(({ test }) => test))]
  const names = [...new Set(controls.map(({ title }) => patternOf(title)))].join('|')
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...files,
    '-t',
    names,
    '--reporter=json',
    `--outputFile=${report}`,
  ]
  await run(process.execPath, args, copy, deadline * Math.ceil(controls.length / 10))
  let text
  try {
    text = readFileSync(report, 'utf8')
  } catch {
    // It was ended, or could not even begin: then nothing was shown.
    return []
  }
  return JSON.parse(text).testResults.map(({ name, assertionResults }) => ({
    path: relative(copy, name).replaceAll('\\', '/'),
    tests: assertionResults.map(({ fullName, status }) => ({ name: fullName, status })),
  }))
}

function run(program, args, cwd, milliseconds) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: 'ignore', timeout: milliseconds, killSignal: 'SIGKILL' })
    child.once('close', resolve).once('error', resolve)
  })
}

function copyTo(copy) {
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !leftOut.has(relative(root, path).split(/[\\/]/, 1)[0] ?? ''),
  })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
