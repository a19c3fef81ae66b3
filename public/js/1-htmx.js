// Trusted Types: htmx parses what the server sent, and compiles nothing.
const policy = window.trustedTypes?.createPolicy('callboard', { createHTML: (html) => html, createScript: () => '' })
if (policy) {
  htmx.registerExtension('callboard-tt', {
    init: (api) =>
      api.initSecurity({ createHTML: (html) => policy.createHTML(html), createScript: () => policy.createScript('') }),
  })
}

let typedIn = null
let focused = null

// Empty fields do not belong in an address.
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  focused = document.activeElement
  if (ctx.request.method !== 'GET' || !ctx.request.body) return
  for (const [name, value] of [...ctx.request.body]) if (value === '') ctx.request.body.delete(name)
})

document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => {
  if (ctx.live) focused = document.activeElement
})

// A word typed into a field is one step back, not one for each letter.
document.addEventListener('htmx:before:history:update', ({ detail }) => {
  const field = document.activeElement?.type === 'search' ? document.activeElement : null
  if (field && field === typedIn) detail.history.type = 'replace'
  typedIn = field
})

// A morph keeps what a reader ticked or typed, even where the answer says otherwise; the answer is right. Not so
// where nobody asked: what is being typed has not been sent yet.
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  for (const box of document.querySelectorAll('#main input')) {
    if (ctx.live) break
    if (box.type === 'checkbox') box.checked = box.defaultChecked
    else if (box !== document.activeElement) box.value = box.defaultValue
  }
  if (document.activeElement === document.body && focused && !focused.isConnected) {
    document.querySelector(ctx.live ? '#main' : '#main h1')?.focus({ preventScroll: true })
  }
})

// A line at the top while a request takes longer than a blink.
let busy = 0
document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.getAttribute('hx-trigger')?.startsWith('every')) return
  ctx.busy = true
  if (busy++ > 0) return
  const line = document.createElement('div')
  line.className = 'busy-line'
  document.body.append(line)
})
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  if (ctx.busy && --busy === 0) document.querySelector('.busy-line')?.remove()
})
