#!/usr/bin/env node
// Finds a Chromium for the browser tests, or installs Debian's.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** How it is called and started; the browser tests read it as well. */
export const chromium = JSON.parse(readFileSync(new URL('../src/testing/chromium.json', import.meta.url), 'utf8'))

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(ensureBrowser())
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}

/** The path of a browser, or undefined. A CHROMIUM_PATH that leads nowhere throws. */
export function findBrowser(env = process.env) {
  if (env.CHROMIUM_PATH) {
    if (isProgram(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH
    throw new Error(`CHROMIUM_PATH is ${env.CHROMIUM_PATH}, which is not a program. Correct it, or unset it.`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const candidates = chromium.names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...candidates, ...(process.platform === 'darwin' ? chromium.macPaths : [])].find(isProgram)
}

/** The path of a browser, installed first where that is possible. @throws Error that names the command to run */
export function ensureBrowser(env = process.env) {
  const found = findBrowser(env)
  if (found) return found
  if (!isDebian()) {
    throw new Error('No Chromium was found. Install Chromium or Chrome, or set CHROMIUM_PATH to one.')
  }
  if (process.getuid?.() !== 0) {
    throw new Error('No Chromium was found. Run "sudo apt-get install -y chromium", or set CHROMIUM_PATH to one.')
  }
  console.error('Installing Chromium for the browser tests; this happens once.')
  apt(['update', '-qq'], env)
  apt(['install', '-y', '-qq', '--no-install-recommends', 'chromium'], env)
  const installed = findBrowser(env)
  if (!installed) throw new Error('Chromium was installed but is not on the PATH. Set CHROMIUM_PATH to it.')
  return installed
}

function apt(args, env) {
  const { status, error } = spawnSync('apt-get', args, {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', process.stderr, 'inherit'],
  })
  if (status === 0) return
  const reason = error ? error.message : `exit code ${status}`
  throw new Error(
    `"apt-get ${args.join(' ')}" failed (${reason}). Install Chromium by hand, or set CHROMIUM_PATH to one.`,
  )
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
