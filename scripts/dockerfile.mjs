// Reads the Dockerfile and does what it says in folders, where no container engine is at hand: each stage is a file
// system of its own, each RUN happens inside it.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'

/** @returns {string[]} what is wrong with the text of a Dockerfile, each with its line */
export function lint(text) {
  const complaints = validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`)
  for (const { keyword, line, words } of instructionsOf(text)) {
    if (keyword === 'ADD') complaints.push(`line ${line}: ADD does more than it seems to; use COPY`)
    if (keyword === 'FROM' && /(^|:)latest$|^[^:$]+$/.test(words[0] ?? ''))
      complaints.push(`line ${line}: FROM names no version`)
    if (keyword === 'RUN' && /apt-get install/.test(words.join(' '))) {
      for (const wanted of ['-y', '--no-install-recommends', 'rm -rf /var/lib/apt/lists'])
        if (!words.join(' ').includes(wanted)) complaints.push(`line ${line}: apt-get install without ${wanted}`)
    }
  }
  if (complaints.length > 0) return complaints
  const last = stagesOf(text).at(-1)
  if (!last || ['', 'root', '0'].includes(last.config.user)) complaints.push('the last stage runs as root')
  if (last && !last.config.healthcheck) complaints.push('the last stage has no HEALTHCHECK')
  return complaints
}

/** The stages of a Dockerfile, in order, each with its steps and with what the image is run with. */
export function stagesOf(text) {
  const args = new Map()
  const stages = []
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1)
    const { keyword, words, line } = instruction
    if (keyword === 'ARG' && !stage) {
      const [name, value = ''] = words.join(' ').split('=')
      args.set(name, value)
    } else if (keyword === 'FROM') {
      const image = words[0].replace(/\$\{?(\w+)\}?/g, (_, name) => args.get(name) ?? '')
      const name = words[1]?.toUpperCase() === 'AS' ? words[2] : String(stages.length)
      stages.push({ name, image, steps: [], config: { user: 'root', workdir: '/', env: {} } })
    } else if (!stage) throw new Error(`Dockerfile:${line}: ${keyword} stands before the first FROM`)
    else take(stage, instruction)
  }
  return stages
}

function take({ config, steps }, { keyword, words, line, flags, list, pairs }) {
  const step = { line, user: config.user, workdir: config.workdir, env: { ...config.env } }
  if (keyword === 'WORKDIR') {
    config.workdir = resolve(config.workdir, words[0])
    steps.push({ ...step, kind: 'folder', path: config.workdir })
  } else if (keyword === 'USER') config.user = words[0]
  else if (keyword === 'ENV') Object.assign(config.env, pairs)
  else if (keyword === 'RUN') steps.push({ ...step, kind: 'run', command: words.join(' ') })
  else if (keyword === 'COPY') {
    const paths = [...words]
    const to = paths.pop()
    steps.push({
      ...step,
      kind: 'copy',
      from: flags.from,
      owner: flags.chown,
      paths,
      to: to.startsWith('/') ? to : join(config.workdir, to),
    })
  } else if (keyword === 'ENTRYPOINT') config.entrypoint = list
  else if (keyword === 'CMD') config.command = list
  else if (keyword === 'HEALTHCHECK') config.healthcheck = list
  else if (keyword === 'VOLUME') config.volume = words[0]
  else if (keyword === 'EXPOSE') config.port = Number(words[0])
  else throw new Error(`Dockerfile:${line}: ${keyword} is not understood here`)
}

function instructionsOf(text) {
  const dockerfile = DockerfileParser.parse(text)
  return dockerfile.getInstructions().map((instruction) => {
    const keyword = instruction.getKeyword()
    const flags = Object.fromEntries((instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()]))
    const pairs =
      keyword === 'ENV'
        ? Object.fromEntries(instruction.getProperties().map((property) => [property.getName(), property.getValue()]))
        : {}
    const words =
      keyword === 'RUN'
        ? [(instruction.getArgumentsContent() ?? '').trim()]
        : instruction.getArguments().map((argument) => argument.getValue())
    const json = /\[.*\]\s*$/s.exec(instruction.getArgumentsContent() ?? '')?.[0]
    return {
      keyword,
      line: instruction.getRange().start.line + 1,
      flags,
      words: words.filter((word) => !Object.keys(flags).some((name) => word.startsWith(`--${name}=`))),
      pairs,
      list: json ? JSON.parse(json) : undefined,
    }
  })
}

/**
 * Carries out the steps of one stage in `root`, a folder with the file system of its image.
 *
 * @param {{ context: string, roots: Map<string, string>, say(line: string): void, env: object }} about where files come
 *   from: the build context and the stages before
 * @throws Error that names the line of a step that failed
 */
export function carryOut({ steps }, root, { context, roots, say, env }) {
  for (const step of steps) {
    if (step.kind === 'folder') mkdirSync(join(root, step.path), { recursive: true })
    else if (step.kind === 'copy') copy(step, root, step.from ? roots.get(step.from) : context)
    else {
      say(`RUN ${step.command.replace(/\s+/g, ' ')}`)
      const { status } = within(root, step, ['/bin/sh', '-c', step.command], { stdio: ['ignore', 2, 2], env })
      if (status !== 0) throw new Error(`Dockerfile:${step.line}: RUN ended with ${status}`)
    }
  }
}

function copy({ paths, to, owner, line }, root, from) {
  if (!from) throw new Error(`Dockerfile:${line}: COPY from a stage that is not there`)
  const isFolder = to.endsWith('/') || paths.length > 1
  for (const path of paths) {
    const source = join(from, path)
    if (!existsSync(source)) throw new Error(`Dockerfile:${line}: there is no ${path}`)
    // What is a folder is copied by its content, as an engine does.
    const target = join(root, isFolder && !statSync(source).isDirectory() ? join(to, basename(path)) : to)
    cpSync(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    if (owner) {
      const { status } = within(root, { user: 'root', workdir: '/' }, ['chown', '-R', owner, target.slice(root.length)])
      if (status !== 0) throw new Error(`Dockerfile:${line}: chown to ${owner} failed`)
    }
  }
}

/** Runs a command inside a file system, as the user and in the folder of a step. */
export function within(root, { user, workdir, env = {} }, command, options = {}) {
  return spawnSync('chroot', chrooted(root, { user, workdir }, command), {
    encoding: 'utf8',
    ...options,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: homeOf(user),
      ...env,
      ...options.env,
    },
  })
}

/** Arguments of `chroot` for a command: `chroot` itself changes the user, a shell the folder. */
export function chrooted(root, { user, workdir }, command) {
  const as = user === 'root' ? [] : [`--userspec=${user}:${user}`]
  return [...as, root, '/bin/sh', '-c', 'cd "$0" && exec "$@"', workdir, ...command]
}

const homeOf = (user) => (user === 'root' ? '/root' : `/home/${user}`)
