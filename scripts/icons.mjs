// Writes public/icons/sprite.svg from Lucide's drawings: node scripts/icons.mjs. Views name icons as the keys below.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'

const lucide = {
  // kinds and types of entities
  box: 'box',
  plug: 'plug',
  database: 'database',
  boxes: 'boxes',
  globe: 'globe',
  users: 'users',
  user: 'user',
  'map-pin': 'map-pin',
  wand: 'wand-sparkles',
  sparkles: 'sparkles',
  library: 'library',
  'app-window': 'app-window',
  archive: 'archive',
  'ship-wheel': 'ship-wheel',
  waypoints: 'waypoints',
  // navigation
  home: 'house',
  book: 'book-open',
  plus: 'plus',
  settings: 'settings',
  source: 'folder-sync',
  shield: 'shield',
  puzzle: 'puzzle',
  bell: 'bell',
  search: 'search',
  ellipsis: 'ellipsis',
  panel: 'panel-left',
  // states and actions
  check: 'check',
  alert: 'triangle-alert',
  x: 'x',
  info: 'info',
  ban: 'ban',
  lock: 'lock',
  clock: 'clock',
  hourglass: 'hourglass',
  history: 'history',
  unplug: 'unplug',
  'sign-in': 'log-in',
  'sign-out': 'log-out',
  key: 'key-round',
  inbox: 'inbox',
  'search-x': 'search-x',
  refresh: 'refresh-cw',
  download: 'download',
  copy: 'copy',
  pencil: 'pencil',
  star: 'star',
  tag: 'tag',
  down: 'chevron-down',
  left: 'chevron-left',
  right: 'chevron-right',
  up: 'arrow-up',
  'arrow-down': 'arrow-down',
  filter: 'list-filter',
  keyboard: 'keyboard',
  sun: 'sun',
  moon: 'moon',
  monitor: 'monitor',
  // links
  external: 'external-link',
  link: 'link',
  code: 'code',
  chat: 'message-square',
  mail: 'mail',
  phone: 'phone',
  smartphone: 'smartphone',
  help: 'circle-question-mark',
  chart: 'chart-column',
  branch: 'git-branch',
  file: 'file',
  folder: 'folder',
  cloud: 'cloud',
  terminal: 'terminal',
  list: 'list-checks',
}

const own = {
  // What is drawn for a name that a plugin or a file got wrong.
  dot: '<circle cx="12" cy="12" r="3"/>',
  // The portal's mark: a sheet hung on a nail.
  mark: '<path d="M5 5h14v14H5zM9 10h6M9 14h4M12 2v4"/>',
}

const folder = new URL('../node_modules/lucide-static/icons/', import.meta.url)

function drawing(name) {
  const svg = readFileSync(new URL(`${name}.svg`, folder), 'utf8')
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1]
  if (inner === undefined) throw new Error(`${name}.svg holds no drawing`)
  return inner.replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>')
}

const symbols = [...Object.entries(lucide).map(([name, file]) => [name, drawing(file)]), ...Object.entries(own)]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, paths]) => `<symbol id="${name}" viewBox="0 0 24 24">${paths}</symbol>`)

const notice =
  '<!-- Icons of Lucide (lucide.dev), ISC License, (c) Lucide Icons and Contributors; dot and mark are our own. -->'
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${notice}\n${symbols.join('\n')}\n</svg>\n`
writeFileSync(new URL('../public/icons/sprite.svg', import.meta.url), sprite)
copyFileSync(new URL('../LICENSE', folder), new URL('../public/icons/LICENSE', import.meta.url))
console.log(`${symbols.length} icons, ${sprite.length} bytes`)
