// The parts that `npm run check` and `npm test` consist of. Each gives { passed, failed, failures }.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from './ready.mjs'

/** Types, lint and format, and the conventions; each of the first two counts as one test. */
export function check() {
  return [
    tool('types', 'node_modules/typescript/bin/tsc', ['--noEmit']),
    tool('lint and format', 'node_modules/@biomejs/biome/bin/biome', ['check']),
    vitest('conventions'),
  ]
}

/** Runs one of the projects of vitest.config.ts. */
export function vitest(project, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-report-'))
  const report = join(folder, 'report.json')
  try {
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const status = run(`${project} tests`, 'node_modules/vitest/vitest.mjs', args, env)
    return counted(project, status, readReport(report))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Prints the names of what failed and, as the last line, `N passed, N failed`. @returns the exit code */
export function summarize(results) {
  const failures = results.flatMap((result) => result.failures)
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}\n`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** A step that could not even begin. */
export function notRun(name, reason) {
  console.error(reason)
  return { passed: 0, failed: 1, failures: [`${name}: ${reason}`] }
}

function tool(name, file, args) {
  const status = run(name, file, args)
  return status === 0 ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [name] }
}

function run(name, file, args, env = {}) {
  const start = performance.now()
  console.log(`\n> ${name}`)
  const { status, signal } = spawnSync(process.execPath, [file, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return signal ?? status
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function counted(project, status, report) {
  if (!report) {
    if (status === 0) return { passed: 0, failed: 0, failures: [] } // No files: nothing to report.
    return { passed: 0, failed: 1, failures: [`${project} tests ended with ${status} and without a report`] }
  }
  const failures = []
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter((test) => test.status === 'failed')
    for (const test of failed) failures.push(`${relative(root, file.name)}: ${test.fullName}`)
    if (failed.length === 0 && file.status === 'failed') failures.push(`${relative(root, file.name)}: could not be run`)
  }
  // An error outside every test, such as an unhandled rejection, fails the run without failing a test.
  if (failures.length === 0 && status !== 0) failures.push(`${project} tests ended with ${status}, no test failing`)
  return { passed: report.numPassedTests, failed: failures.length, failures }
}
