import { defineConfig } from 'drizzle-kit'
import { env } from './src/api/env.ts'

const schema = env('CALLBOARD_SCHEMA')
const out = env('CALLBOARD_MIGRATIONS')
if (!schema || !out) throw new Error('Each feature has migrations of its own: run "node scripts/migration.mjs"')

export default defineConfig({ dialect: 'sqlite', casing: 'snake_case', schema, out })
