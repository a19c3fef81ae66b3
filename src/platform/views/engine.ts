import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { Eta, type TemplateFunction } from 'eta/core'
import { LRUCache } from 'lru-cache'
import type { Card } from './cards.ts'
import type { Frame } from './shell.ts'
import { guard } from './strict.ts'
import { createWords, type IconSet, type Words, wordNames } from './words.ts'

/** A folder of views: `cart/list` is `list.eta` in the folder called `cart`. */
export interface ViewFolder {
  name: string
  /** Absolute. */
  path: string
}

export interface ViewsOptions {
  folders: readonly ViewFolder[]
  icons: IconSet
  /** Reads changed files again; without it a view is compiled once. */
  development?: boolean
  /** Throws when a view reads a prop that was not given, or names an unknown icon. For tests: it is slow. */
  strict?: boolean
  now?: () => Date
  /** Told when the view of a card cannot be rendered: only its own card shows that. A strict one throws instead. */
  failed?: (view: string, error: unknown) => void
}

export interface Views {
  /**
   * Renders a page within its frame; a partial or swap without one. A name without a slash is one of the
   * built-in views (`table`, `facts`, `tree`).
   *
   * @param zone tells times in it; that of the frame's shell unless given
   * @throws Error with file and line when a view is missing, does not compile or prints `undefined`
   */
  render(view: string, props: object, frame?: Frame, zone?: string): string
  exists(view: string): boolean
  /** Compiles every view with pauses in between: otherwise that takes a part of the first page that shows it. */
  prepare(pause: () => Promise<void>): Promise<void>
}

interface Compiled {
  template: TemplateFunction
  changed: number
}

export function createViews(options: ViewsOptions): Views {
  const eta = new PortalEta(options)
  return {
    render: (view, props, frame, zone = frame?.shell.zone) => eta.within(zone).page(view, props, frame),
    exists: (view) => eta.fileOf(view) !== undefined,
    prepare: (pause) => eta.prepare(pause),
  }
}

/** What an `.eta` file can call besides `layout`: `part('shared/_owner', { owner })` and the words of words.ts. */
const header = `const part = this.part, contributed = this.contributed, { ${wordNames.join(', ')} } = this.words;`

class PortalEta extends Eta {
  words: Words
  readonly part: (view: string, props: object) => string
  readonly contributed: (card: Card) => string
  readonly #folders: ReadonlyMap<string, string>
  readonly #compiled = new Map<string, Compiled>()
  readonly #development: boolean
  readonly #strict: boolean
  readonly #wordsIn: (zone: string | undefined) => Words

  constructor(options: ViewsOptions) {
    super({ autoFilter: true, filterFunction: printable, debug: true, functionHeader: header })
    this.#folders = new Map(options.folders.map((folder) => [folder.name, folder.path]))
    this.#development = options.development ?? false
    this.#strict = options.strict ?? false
    const base = { strict: this.#strict, now: options.now ?? (() => new Date()) }
    const inUtc = createWords(options.icons, base)
    const known = new LRUCache<string, Words>({
      max: 24,
      memoMethod: (zone) => createWords(options.icons, { ...base, zone }),
    })
    this.#wordsIn = (zone) => (zone === undefined ? inUtc : known.memo(zone))
    this.words = inUtc
    this.part = (view, props) => this.#run(view, props)
    this.contributed = (card) => this.#runContributed(card, options)
    // Eta's own include and layout end here too: with our cache, and strict where that is asked for.
    this.render = (view, props) => (typeof view === 'string' ? this.#run(view, props) : view.call(this, props))
  }

  /** Rendering awaits nothing, so the words are those of one reader until it is done. */
  within(zone: string | undefined): this {
    this.words = this.#wordsIn(zone)
    return this
  }

  page(view: string, props: object, frame?: Frame): string {
    if (!frame) return this.#run(view, { ...props, layout: null })
    const outer = `layouts/${frame.layout}`
    const layout = frame.within ? `layouts/${frame.within}` : outer
    return this.#run(view, { ...props, layout, outer, shell: frame.shell, live: frame.live ?? null })
  }

  fileOf(view: string): string | undefined {
    const name = fullName(view)
    const slash = name.indexOf('/')
    const folder = this.#folders.get(name.slice(0, slash))
    const rest = name.slice(slash + 1)
    if (folder === undefined || !/^[\w.-]+(\/[\w.-]+)*$/.test(rest) || rest.includes('..')) return undefined
    const file = join(folder, `${rest}.eta`)
    return existsSync(file) ? file : undefined
  }

  async prepare(pause: () => Promise<void>): Promise<void> {
    for (const view of this.#all()) {
      await pause()
      this.#compiledOf(view)
    }
  }

  #all(): string[] {
    return [...this.#folders].flatMap(([name, path]) => {
      const files = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : []
      return files.flatMap((file) =>
        file.endsWith('.eta') ? `${name}/${file.slice(0, -'.eta'.length).split(sep).join('/')}` : [],
      )
    })
  }

  #run(view: string, props: object): string {
    const { template } = this.#compiledOf(view)
    return template.call(this, this.#strict ? guard(props, view) : props, { filepath: view })
  }

  #runContributed({ view, props, plugin, href }: Card, { strict, failed }: ViewsOptions): string {
    const name = view ?? 'no view'
    try {
      return this.#run(name, props ?? {})
    } catch (error) {
      if (strict) throw error
      failed?.(name, error)
      const message = `Its view ${name} cannot show what it gave`
      return this.#run('shared/_failed', { plugin, message, hint: 'The log of the portal says more.', href })
    }
  }

  #compiledOf(view: string): Compiled {
    const name = fullName(view)
    const known = this.#compiled.get(name)
    if (known && !this.#development) return known
    const file = this.fileOf(view)
    if (file === undefined) throw new Error(`There is no view "${view}": no such .eta file in the folders of views`)
    const changed = this.#development ? statSync(file).mtimeMs : 0
    if (known?.changed === changed) return known
    const compiled = { template: this.compile(dense(readFileSync(file, 'utf8')), { filepath: file }), changed }
    this.#compiled.set(name, compiled)
    return compiled
  }
}

/** Built-in views are called by a name without a slash. */
const fullName = (view: string) => (view.includes('/') ? view : `shared/_${view}`)

/** Indentation costs a fifth of a long page's bytes and says nothing. Lines stay, for the numbers in errors. */
function dense(source: string): string {
  return source.replace(/^[ \t]+/gm, '')
}

function printable(value: unknown): string {
  if (value === undefined) throw new TypeError('A view printed undefined; null prints nothing')
  return value === null || value === false ? '' : String(value)
}
