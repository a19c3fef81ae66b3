// The tables of docs/performance.md, from what `npm run bench` prints.

const [begin, end] = ['<!-- bench:begin -->', '<!-- bench:end -->']

/** Measured with the generated catalog of 21 000 components, groups and so on, and PostgreSQL beside it. */
const backstage = {
  complete: '226 s',
  memory: '1 003 MB at the peak, and 240 MB of PostgreSQL',
  idle: '20 %',
  byName: '491/s',
  filtered: '60/s',
  text: '6.6/s',
  tagFacets: '26/s',
}

/** @throws Error when the page has no place for it */
export function replaceBlock(page, block) {
  const [start, stop] = [page.indexOf(begin), page.indexOf(end)]
  if (start === -1 || stop < start) throw new Error(`The page has no lines ${begin} and ${end}.`)
  return `${page.slice(0, start + begin.length)}\n\n${block.trim()}\n\n${page.slice(stop)}`
}

/** @param {object} result as `npm run bench` prints it */
export function tableOf({ machine, sizes, git, access, rules }) {
  const parts = [machineLine(machine)]
  if (sizes.length > 0) parts.push('### By size of the catalog', sizeTable(sizes))
  if (sizes.length > 0) parts.push('### Rates and times to answer', rateTable(sizes))
  if (sizes.length > 0) parts.push('### Pages while everything is read again', busyTable(sizes))
  if (git) parts.push(`### ${count(git.repositories)} Git repositories`, gitTable(git))
  if (access) parts.push('### Sign-in', accessTable(access))
  if (rules) parts.push('### Rules', rulesTable(rules))
  return parts.join('\n\n')
}

function machineLine({ node, cpus, load }) {
  return `Node ${node.replace(/^v/, '')}, ${cpus} processors, load ${decimal(load)} when it began.`
}

function sizeTable(sizes) {
  const rows = [
    ['First start: listening', (one) => seconds(one.start.listeningMs)],
    ['First start: ready', (one) => seconds(one.start.readyMs)],
    ['Complete after ready', (one) => seconds(one.completeAfterReadyMs), backstage.complete],
    ['Second start: first page', (one) => seconds(one.secondStart.firstPageMs)],
    ['Crawl that finds nothing new', (one) => seconds(one.crawl.nothingNew.ms)],
    ['Crawl that reads everything again', (one) => seconds(one.crawl.complete.ms)],
    ['A changed file is on the page after', (one) => one.push && `${seconds(one.push.medianMs)} (${spreadOf(one)})`],
    ['Memory at the peak of the first crawl', (one) => memory(one.memoryMiB.peak), backstage.memory],
    ['… right after it', (one) => memory(one.memoryMiB.afterReading)],
    ['… a quarter of a minute later', (one) => memory(one.memoryMiB.afterRest)],
    ['… after the requests below', (one) => memory(one.memoryMiB.afterLoad)],
    ['… a quarter of a minute after further crawls', (one) => memory(one.memoryMiB.afterAll)],
    ['… after a second start', (one) => memory(one.secondStart.memoryMiB)],
    ['Processor when idle, of one core', (one) => `${decimal(one.idleCpuPercent, 2)} %`, backstage.idle],
    ['Database', (one) => `${decimal(one.databaseMiB)} MiB`],
    ['Home page, sent', (one) => weight(one.pages.home)],
    ['List page, sent', (one) => weight(one.pages.list)],
    ['Entity page, sent', (one) => weight(one.pages.entity)],
    [
      'Whole catalog as JSON',
      (one) => one.export && `${seconds(one.export.milliseconds)}, ${megabytes(one.export.bytes)}`,
    ],
  ]
  return compared(sizes, rows)
}

function rateTable(sizes) {
  const rows = [
    ['List page', (one) => rate(one.pages.list)],
    ['List page, 10 connections', (one) => rate(one.pages.list.at10)],
    ['Entity page, the same one', (one) => rate(one.pages.entity)],
    ['Entity page, 10 connections', (one) => rate(one.pages.entity.at10)],
    ['Entity page, another one each time', (one) => rate(one.varied?.entity), `${backstage.byName}, as JSON`],
    ['Entity by name as JSON', (one) => rate(one.varied?.byName), backstage.byName],
    ['Filtered list, another filter each time', (one) => rate(one.varied?.filtered), `${backstage.filtered}, as JSON`],
    ['Text filter, other words each time', (one) => rate(one.varied?.text), `${backstage.text}, as JSON`],
    ['Facets of tags as JSON', (one) => rate(one.varied?.tagFacets), backstage.tagFacets],
  ].filter(([, cell]) => sizes.some(cell))
  return compared(sizes, rows)
}

function busyTable(sizes) {
  const rows = [
    ['List page', (one) => rate(one.duringCrawl.list)],
    ['Entity page, the same one', (one) => rate(one.duringCrawl.entity)],
    ['Entity pages, 10 connections', (one) => rate(one.duringCrawl.entityAt10)],
    ['Pages at fixed times', (one) => times(one.duringCrawl.paced)],
    ['… while it is read for the first time', (one) => one.duringFirst && times(one.duringFirst)],
  ]
  return table(['', ...sizes.map(title)], filled(sizes, rows))
}

function gitTable(git) {
  const { firstCrawl, nothingNew, threeChanged, duringCrawl, push, pages, idleCpuPercent, memoryMiB } = git
  return table(
    ['', 'Time', 'Processor: portal, host of the repositories', 'Asked of the host'],
    [
      crawlRow('First crawl, after ready', {
        ...firstCrawl,
        ms: firstCrawl.completeAfterReadyMs,
        cpuMs: firstCrawl.completeCpuMs,
      }),
      crawlRow('Crawl with nothing new', nothingNew),
      crawlRow('Crawl with three changed', threeChanged),
      ['… one after the other, with pages at fixed times', seconds(duringCrawl.ms), times(duringCrawl.page), ''],
      ['… with the list page', rate(duringCrawl.list), '', ''],
      ['… with one entity page', rate(duringCrawl.entity), '', ''],
      ['A push is on the page, after its webhook', `${seconds(push.medianMs)}, at most ${seconds(push.maxMs)}`, '', ''],
      ['List page', rate(pages.list), '', ''],
      ['Entity page', rate(pages.entity), '', ''],
      ['Memory: peak, then a quarter of a minute later', memory(memoryMiB.peak), memory(memoryMiB.afterRest), ''],
      ['Processor when idle, of one core', `${decimal(idleCpuPercent, 2)} %`, '', ''],
    ],
  )
}

function accessTable({ entities, without, with: signedIn, share, shares }) {
  const range = `${decimal(Math.min(...shares), 2)}–${decimal(Math.max(...shares), 2)}`
  return table(
    [`List page, ${count(entities)} entities`, ''],
    [
      ['For the guest', rate(without)],
      ['With a session, for a User with groups', rate(signedIn)],
      ['Share of the rate, turn by turn', `${decimal(share, 2)} (${range})`],
    ],
  )
}

function rulesTable({ entities, visible, pages, memoryMiB, change }) {
  const names = {
    list: 'List page',
    filtered: 'Filtered list, another each time',
    text: 'Text filter, other words each time',
  }
  const rows = Object.entries(names).map(([page, what]) => {
    const { without, with: ruled, share, shares } = pages[page]
    const range = `${decimal(Math.min(...shares), 2)}–${decimal(Math.max(...shares), 2)}`
    return [what, rate(without), rate(ruled), `${decimal(share, 2)} (${range})`]
  })
  return table(
    [
      `${count(entities)} entities`,
      'Without rules',
      `With ten, which show ${count(visible)}`,
      'Share of the rate, turn by turn',
    ],
    [
      ...rows,
      ['Memory', memory(memoryMiB.without), memory(memoryMiB.with), ''],
      [
        'From the start until pages are there',
        seconds(change.sameMs),
        `${seconds(change.otherMs)} after a change of the rules`,
        '',
      ],
    ],
  )
}

function crawlRow(what, { ms, cpuMs, hostCpuMs, requests }) {
  const processor = `${seconds(cpuMs)}, ${seconds(hostCpuMs)}`
  return [what, seconds(ms), processor, `${count(requests)} requests`]
}

/** A column for each size, and one for what Backstage takes at 21 000. */
function compared(sizes, rows) {
  const cells = filled(sizes, rows).map((row, index) => [...row, rows[index][2] ?? ''])
  return table(['', ...sizes.map(title), 'Backstage 1.55, 21 007 entities'], cells)
}

const filled = (sizes, rows) => rows.map(([what, cell]) => [what, ...sizes.map((one) => cell(one) || '–')])

function table(head, rows) {
  const line = (cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}

const title = ({ entities }) => `${count(entities)} entities`

function rate(measured) {
  if (!measured) return undefined
  const { perSecond, spread, p50Ms, p95Ms, p99Ms } = measured
  const range = spread ? ` (${spread})` : ''
  return `${decimal(perSecond, perSecond < 100 ? 1 : 0)}/s${range}; ${millis(p50Ms)}, ${millis(p95Ms)}, ${millis(p99Ms)} ms`
}

function times({ perSecond, requests, p50Ms, p95Ms, p99Ms, maxMs }) {
  const at = `${count(requests)} at ${perSecond}/s`
  return `${at}; ${millis(p50Ms)}, ${millis(p95Ms)}, ${millis(p99Ms)} ms, at most ${millis(maxMs)} ms`
}

const spreadOf = ({ push: { runs } }) => `${seconds(Math.min(...runs))}–${seconds(Math.max(...runs))}`
const memory = (one) => (one ? `${Math.round(one.pss)} MiB (RSS ${Math.round(one.rss)})` : undefined)
const weight = ({ bytes, gzipBytes }) => `${kilobytes(gzipBytes ?? bytes)} (${kilobytes(bytes)} unpacked)`
const kilobytes = (bytes) => `${decimal(bytes / 1000)} kB`
const megabytes = (bytes) => `${decimal(bytes / 1_000_000)} MB`
const seconds = (ms) => `${decimal(ms / 1000, ms < 10_000 ? 2 : 1)} s`
const millis = (ms) => decimal(ms, ms < 10 ? 1 : 0)
const decimal = (value, digits = 1) => value.toFixed(digits)
const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ')
