import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureBrowser, findBrowser } from './browser.mjs'

let folder

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-browser-'))
  for (const name of ['google-chrome', 'mine']) {
    writeFileSync(join(folder, name), '#!/bin/sh\n')
    chmodSync(join(folder, name), 0o755)
  }
  writeFileSync(join(folder, 'chromium'), 'not a program')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('CHROMIUM_PATH comes first, then a program on the PATH', () => {
  expect(findBrowser({ CHROMIUM_PATH: join(folder, 'mine'), PATH: folder })).toBe(join(folder, 'mine'))
  expect(ensureBrowser({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'google-chrome'))
})

test('a CHROMIUM_PATH that leads nowhere is told', () => {
  expect(() => findBrowser({ CHROMIUM_PATH: join(folder, 'none'), PATH: folder })).toThrow('Correct it, or unset it')
})

test.skipIf(process.platform === 'darwin')('without a browser there is none', () => {
  expect(findBrowser({ PATH: '/nowhere' })).toBeUndefined()
})
