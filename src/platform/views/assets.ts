import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { ViewFolder } from './engine.ts'
import type { IconSet } from './words.ts'

/** A static file, held in memory. Its path carries a hash of its content: browsers may keep it for ever. */
export interface Asset {
  path: string
  type: string
  etag: string
  /** Value of `Cache-Control`. */
  cache: string
  body: Buffer
  gzip: Buffer
  brotli: Buffer
}

export interface Assets {
  files: ReadonlyMap<string, Asset>
  /** The addresses that the shell prints. */
  urls: { css: string; js: string; icons: string; favicon: string }
  icons: IconSet
}

export interface AssetsOptions {
  /** The folder `public`, absolute. */
  public: string
  /** Each folder's style sheets go into the bundle, `<name>.css` before the others. */
  folders: readonly ViewFolder[]
}

/** The style sheets in `css`, in the order in which the browser reads them: of two rules alike the later one wins. */
const layout = 'shell rail top page plain'.split(' ')
const components =
  'controls labels tabs cards tables facts origins rows notes markdown states menus bell trees keys busy modes'.split(
    ' ',
  )
const sheets = [
  ...['reset', 'tokens', 'base'],
  ...layout.map((name) => `layout/${name}`),
  ...components.map((name) => `components/${name}`),
]
const require = createRequire(import.meta.url)

/**
 * Reads, bundles and compresses what browsers load: one style sheet, one script, one sprite of icons.
 * @throws Error when a file is missing
 */
export async function createAssets(options: AssetsOptions): Promise<Assets> {
  const sprite = readFileSync(join(options.public, 'icons/sprite.svg'), 'utf8')
  const [css, js, icons, favicon] = await Promise.all([
    pack('app', 'css', 'text/css; charset=utf-8', styles(options)),
    pack('app', 'js', 'text/javascript; charset=utf-8', scripts(options.public)),
    pack('icons', 'svg', 'image/svg+xml', sprite),
    pack('favicon', 'svg', 'image/svg+xml', readFileSync(join(options.public, 'icons/favicon.svg'), 'utf8')),
  ])
  const names = new Set(Array.from(sprite.matchAll(/<symbol id="([^"]+)"/g), (match) => match[1] ?? ''))
  return {
    files: new Map([css, js, icons, favicon].map((asset) => [asset.path, asset])),
    urls: { css: css.path, js: js.path, icons: icons.path, favicon: favicon.path },
    icons: { href: icons.path, names },
  }
}

/** The smallest form of an asset that the request's `Accept-Encoding` allows. */
export function encodeFor(asset: Asset, accept: string | undefined): { body: Buffer; encoding: string | undefined } {
  if (acceptsEncoding(accept, 'br')) return { body: asset.brotli, encoding: 'br' }
  if (acceptsEncoding(accept, 'gzip')) return { body: asset.gzip, encoding: 'gzip' }
  return { body: asset.body, encoding: undefined }
}

function styles(options: AssetsOptions): string {
  const own = sheets.map((sheet) => join(options.public, `css/${sheet}.css`))
  const features = options.folders.flatMap(({ name, path }) => {
    const found = readdirSync(path).filter((file) => file.endsWith('.css'))
    const first = found.filter((file) => file === `${name}.css`)
    return [...first, ...found.filter((file) => file !== `${name}.css`).sort()].map((file) => join(path, file))
  })
  return [...own, ...features]
    .map((file) =>
      readFileSync(file, 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/\s+/g, ' '),
    )
    .join('\n')
}

/** htmx from its package, then our own files by name, each in a scope of its own. */
function scripts(folder: string): string {
  const htmx = readFileSync(join(require.resolve('htmx.org'), '../htmx.min.js'), 'utf8')
  const files = readdirSync(join(folder, 'js')).filter((name) => name.endsWith('.js'))
  const own = files.sort().map((name) => {
    const source = readFileSync(join(folder, 'js', name), 'utf8').replace(/^\s*(?:\/\/.*)?\n/gm, '')
    return `/* ${basename(name)} */(()=>{'use strict'\n${source}})();`
  })
  return [htmx.replace(/\/\/# sourceMappingURL=.*/, ''), ...own].join('\n')
}

async function pack(name: string, extension: string, type: string, text: string): Promise<Asset> {
  const body = Buffer.from(text)
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12)
  const [brotli, gzipped] = await Promise.all([
    // The last two steps of quality save 4 % and take ten times as long, at every start.
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length, [constants.BROTLI_PARAM_QUALITY]: 9 },
    }),
    promisify(gzip)(body, { level: 9 }),
  ])
  return {
    path: `/assets/${name}-${hash}.${extension}`,
    type,
    etag: `"${hash}"`,
    cache: 'public, max-age=31536000, immutable',
    body,
    gzip: gzipped,
    brotli,
  }
}

/** Whether a request's `Accept-Encoding` names an encoding and does not refuse it. */
export function acceptsEncoding(header: string | undefined, encoding: string): boolean {
  return (header ?? '').split(',').some((part) => {
    const [name, ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
  })
}
