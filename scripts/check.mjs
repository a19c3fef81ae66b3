#!/usr/bin/env node
// What `npm run check` runs: everything that takes less than a minute.
import { check, summarize } from './steps.mjs'

process.exitCode = summarize(check())
