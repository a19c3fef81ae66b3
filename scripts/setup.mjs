#!/usr/bin/env node
// Runs before `npm start` and `npm test`: installs what is missing, and says nothing when nothing is.
import { requireNode } from '../bin/node-version.mjs'
import { isReady } from './ready.mjs'

requireNode()
const dev = process.argv.includes('--dev')
if (!isReady({ dev })) {
  const { install } = await import('./install.mjs')
  process.exitCode = await install({ dev })
}
