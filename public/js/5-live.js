// The page follows what it shows: told that something of it changed, it fetches itself again and is morphed.
const main = document.getElementById('main')
const status = document.getElementById('live')

let address = main?.dataset.live
let source = null
let opened = 0
let failures = 0
let moves = 0
let timer = 0
let etag = ''
let swaps = 0
let stale = false
let fetching = false
let speaking = 0

// A second to begin with: most pages are left again at once, and each window takes one of the few connections that a
// browser has for a portal. A hidden page lets go of it. What is missed is told when it listens again.
const listen = (wait) => {
  clearTimeout(timer)
  if (address && !document.hidden) timer = setTimeout(connect, wait)
}

const leave = () => {
  clearTimeout(timer)
  source?.close()
  source = null
}

// Longer from one failure to the next and never the same for everybody: a portal that starts again is not overrun.
const pause = () => Math.min(60, 2 ** failures++) * 500 * (1 + Math.random())

const connect = () => {
  leave()
  opened = 0
  source = new EventSource(address)
  source.onopen = () => {
    opened = Date.now()
  }
  source.addEventListener('changed', refresh)
  source.onerror = again
}

const again = () => {
  leave()
  calm()
  listen(pause())
}

const calm = () => {
  if (opened && Date.now() - opened > 3000) failures = moves = 0
}

// An answer says where its page listens from now on: another filter shows other things, another portal has other seals.
const adopt = (next) => {
  if (!next) return
  const isOther = next.replace(/since=.*/, '') !== address.replace(/since=.*/, '')
  address = next
  if (!isOther) return
  leave()
  calm()
  listen(moves++ < 5 ? 0 : pause())
}

const refresh = async () => {
  stale = true
  if (fetching || document.hidden) return
  fetching = true
  try {
    while (stale && !document.hidden) {
      stale = false
      await fetchAgain()
    }
  } catch {
    // The portal is away, or cannot show the page just now. Whoever listens anew is told again what was missed.
    again()
  }
  fetching = false
}

const fetchAgain = async () => {
  const before = { href: location.href, swaps }
  const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'Callboard-Live': 'again' }
  if (etag) headers['If-None-Match'] = etag
  const response = await fetch(location.pathname + location.search, { headers, cache: 'no-store' })
  const text = await response.text()
  // The reader was faster: what came was asked of another page.
  if (before.href !== location.href || before.swaps !== swaps) {
    stale = true
    return
  }
  // Whoever is signed out in the meantime is to see no more of it.
  const elsewhere = response.headers.get('hx-redirect')
  if (elsewhere) return location.assign(elsewhere)
  if (response.redirected || ![200, 304, 404].includes(response.status)) throw new Error(response.statusText)
  if (response.status !== 304) {
    const said = words()
    await htmx.swap({ sourceElement: main, target: main, swap: 'innerMorph', text, live: true })
    if (words() !== said) speak()
    etag = response.headers.get('etag') ?? ''
  }
  adopt(response.headers.get('callboard-live'))
}

const words = () => main.textContent.replace(/\s+/g, ' ')

// Once for all that changes within a second; what it is, the reader finds where they are.
const speak = () => {
  clearTimeout(speaking)
  status.textContent = ''
  speaking = setTimeout(() => {
    status.textContent = 'This page has been updated.'
  }, 1000)
}

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (!address || ctx.live || ctx.target !== main) return
  swaps++
  etag = ''
  adopt(ctx.response?.headers.get('callboard-live'))
})
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return leave()
  if (stale) void refresh()
  listen(0)
})
addEventListener('pagehide', leave)
addEventListener('pageshow', ({ persisted }) => persisted && listen(0))
listen(1000)
