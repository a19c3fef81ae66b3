// The palette: one field for everything, over whatever page is open.
const dialog = document.getElementById('palette')
const field = document.getElementById('palette-text')
const box = document.getElementById('search')

const options = () => [...dialog.querySelectorAll('[role=option]')]
const current = () => dialog.querySelector('[aria-selected=true]')

const choose = (option) => {
  current()?.setAttribute('aria-selected', 'false')
  option?.setAttribute('aria-selected', 'true')
  option?.scrollIntoView({ block: 'nearest' })
  if (option) field.setAttribute('aria-activedescendant', option.id)
  else field.removeAttribute('aria-activedescendant')
}

const ask = () => {
  // A key may be faster than htmx, which looks through a page a moment after it is there.
  if (!field.hasAttribute('data-htmx-powered')) htmx.process(field)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

const open = (text) => {
  if (!dialog.open) dialog.showModal()
  field.value = text
  field.focus()
  field.select()
  ask()
}

const step = (by) => {
  const all = options()
  const at = all.indexOf(current())
  choose(all[at === -1 && by < 0 ? all.length - 1 : (at + by + all.length) % all.length])
}

const moves = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Home: () => choose(options()[0]),
  End: () => choose(options().at(-1)),
}

/** Milliseconds for which Enter waits for the answer to what was typed; then the form leads to the page of results. */
const patience = 400
let answered = ''
let waiting

const follow = ({ ctrlKey, metaKey }) => {
  const option = current()
  if (!option) field.form.requestSubmit()
  else if (ctrlKey || metaKey) window.open(option.href, '_blank', 'noopener')
  else option.click()
}

const stay = () => {
  clearTimeout(waiting?.timer)
  waiting = undefined
}

const enter = (event) => {
  event.preventDefault()
  stay()
  if (field.value.trim() === answered) follow(event)
  else waiting = { event, timer: setTimeout(() => field.form.requestSubmit(), patience) }
}

if (dialog) {
  document.addEventListener('callboard:find', () => open(''))
  // Typed into or clicked, the field at the top goes on here.
  box?.addEventListener('click', () => open(box.value))
  box?.addEventListener('input', () => {
    const { value } = box
    box.value = box.defaultValue
    open(value)
    field.setSelectionRange(value.length, value.length)
  })
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    if (event.key === 'Enter') enter(event)
    else if (moves[event.key] && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      moves[event.key]()
    }
  })
  field.addEventListener('input', stay)
  dialog.addEventListener('close', stay)
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.closest('[data-close]')) dialog.close()
    // Coming back to this page, one finds it as it was without it.
    else if (event.target.closest('[role=option]') && !event.ctrlKey && !event.metaKey) dialog.close()
  })
  dialog.addEventListener('pointermove', (event) => {
    const option = event.target.closest('[role=option]')
    if (option && option !== current()) choose(option)
  })
  document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
    if (ctx.sourceElement !== field) return
    answered = ctx.request.action ? (new URL(ctx.request.action, location.href).searchParams.get('query') ?? '') : ''
    choose(options()[0])
    document.getElementById('palette-said').textContent = document.getElementById('search-palette').dataset.said
    if (waiting && field.value.trim() === answered) enter(waiting.event)
  })
}
