const root = document.documentElement

const remember = (name, value) => {
  // The server reads the cookie, so the next page comes in the right look; the Cookie Store is not everywhere.
  // biome-ignore lint/suspicious/noDocumentCookie: see above
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`
  root.dataset[name] = value
}

document.addEventListener('submit', (event) => {
  const { name, value } = event.submitter ?? {}
  if (!/^\/(theme|rail)$/.test(event.target.getAttribute('action')) || !name) return
  event.preventDefault()
  remember(name, value)
  for (const button of document.querySelectorAll(`button[name=${name}]`)) {
    if (button.hasAttribute('aria-pressed')) button.ariaPressed = String(button.value === value)
    else button.value = value === 'narrow' ? 'wide' : 'narrow'
  }
})

// Menus close when one looks elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(except)) menu.open = false
}
document.addEventListener('click', (event) => closeMenus(event.target))

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  const label = button.querySelector('span')
  const before = label.textContent
  const source = document.getElementById(button.dataset.copy)
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent)
    label.textContent = 'Copied'
  } catch {
    label.textContent = 'Select and copy by hand'
  }
  setTimeout(() => (label.textContent = before), 1600)
})

// What works only with a script shows itself only with a script.
const reveal = () => {
  for (const element of document.querySelectorAll('[data-copy],[data-keys]')) element.hidden = false
}
reveal()
document.addEventListener('htmx:after:swap', reveal)

// Where a row of tabs is wider than the page, the one that is open is in sight.
const showTab = () => {
  for (const tab of document.querySelectorAll('.tabs [aria-current]')) {
    const row = tab.closest('.tabs')
    const [inner, outer] = [tab.getBoundingClientRect(), row.getBoundingClientRect()]
    const isInSight = inner.left >= outer.left && inner.right <= outer.right
    if (!isInSight) row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2
  }
}
showTab()
document.addEventListener('htmx:after:swap', showTab)
