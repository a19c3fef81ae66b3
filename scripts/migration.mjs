import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const usage = `Usage: node scripts/migration.mjs <feature> <name> [--custom]

Compares src/features/<feature>/schema.ts (or src/platform/<feature>/schema.ts) with the last migration in
migrations/<feature>/ and writes the next one, such as 0001_<name>.sql. Works offline.

  --custom   writes an empty file instead, for SQL that the schema cannot express`

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function main() {
  const { feature, name, custom } = readArguments()
  const schema = ['features', 'platform'].map((part) => `src/${part}/${feature}/schema.ts`).find(exists)
  if (!schema) fail(`Neither src/features/${feature}/schema.ts nor src/platform/${feature}/schema.ts exists.`)
  const out = `migrations/${feature}`
  const kit = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs')
  const argv = [kit, 'generate', '--config', 'drizzle.config.ts', '--name', name, ...(custom ? ['--custom'] : [])]
  const env = { ...process.env, CALLBOARD_SCHEMA: schema, CALLBOARD_MIGRATIONS: out }
  const { status, error } = spawnSync(process.execPath, argv, { cwd: root, env, stdio: 'inherit' })
  if (error) throw error
  process.exitCode = status ?? 1
}

function readArguments() {
  let parsed
  try {
    parsed = parseArgs({ allowPositionals: true, options: { custom: { type: 'boolean' }, help: { type: 'boolean' } } })
  } catch (error) {
    fail(`${error.message}\n\n${usage}`)
  }
  if (parsed.values.help) {
    console.log(usage)
    process.exit(0)
  }
  const [feature, name, ...rest] = parsed.positionals
  if (!feature || !name || rest.length > 0) fail(usage)
  if (!/^[a-z][a-z0-9-]*$/.test(feature)) fail(`"${feature}" is not the name of a feature.`)
  if (!/^[a-z][a-z0-9_]*$/.test(name)) fail(`"${name}": write a name in lower case, digits and underscores.`)
  return { feature, name, custom: parsed.values.custom ?? false }
}

function exists(path) {
  return existsSync(join(root, path))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

main()
