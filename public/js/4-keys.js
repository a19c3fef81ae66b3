const places = {
  h: ['/', 'Home'],
  c: ['/catalog', 'Catalog'],
  a: ['/api-docs', 'APIs'],
  d: ['/docs', 'Docs'],
  t: ['/create', 'Templates'],
}
const known = Object.entries(places).filter(([, [href]]) => document.querySelector(`.rail a[href="${href}"]`))

let leader = 0

const make = (tag, text, ...children) => {
  const element = document.createElement(tag)
  element.append(text, ...children)
  return element
}

const showKeys = () => {
  let dialog = document.querySelector('dialog.keys')
  if (!dialog) {
    const lines = [
      ['/', 'Search'],
      ['Ctrl K', 'Search'],
      ...known.map(([key, [, title]]) => [`g ${key}`, title]),
      ['?', 'This list'],
      ['Esc', 'Close'],
    ]
    const list = make('dl', '')
    for (const [keys, what] of lines) {
      list.append(make('dt', what), make('dd', '', ...keys.split(' ').flatMap((key) => [make('kbd', key), ' '])))
    }
    const close = make('button', 'Close')
    close.className = 'button'
    const form = make('form', close)
    form.method = 'dialog'
    const title = make('h2', 'Keyboard shortcuts')
    title.id = 'keys-title'
    dialog = make('dialog', title, list, form)
    dialog.className = 'keys'
    dialog.setAttribute('aria-labelledby', title.id)
    document.body.append(dialog)
  }
  dialog.showModal()
}

// The palette is where everything is found; another file opens it.
const find = () => document.dispatchEvent(new Event('callboard:find'))

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-keys]')) showKeys()
})

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !event.altKey && !event.shiftKey) {
    event.preventDefault()
    return find()
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const field = event.target.closest?.('input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]')
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]')
    if (menu) {
      menu.open = false
      menu.querySelector('summary').focus()
    } else if (field && field.value === '') field.blur()
    return
  }
  if (field || document.querySelector('dialog[open]')) return
  const place = Date.now() - leader < 1500 ? known.find(([key]) => key === event.key) : null
  leader = event.key === 'g' ? Date.now() : 0
  if (place) location.assign(place[1][0])
  else if (event.key === '/') find()
  else if (event.key === '?') showKeys()
  else return
  event.preventDefault()
})
