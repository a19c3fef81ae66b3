#!/usr/bin/env node
// What `npm test` runs. One step after the other: two at once would disturb each other's times.
import { ensureBrowser } from './browser.mjs'
import { check, notRun, summarize, vitest } from './steps.mjs'

process.exitCode = summarize([...check(), vitest('unit'), browserTests()])

function browserTests() {
  try {
    return vitest('browser', { CHROMIUM_PATH: ensureBrowser() })
  } catch (error) {
    return notRun('browser tests', error.message)
  }
}
