// Titles in the reader's own zone unless they chose one, ages kept true while the page stays open.
const timeZone = document.documentElement.dataset.zone
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long', timeZone })
const units = [
  [365 * 864e5, 'y'],
  [60 * 864e5, 'mo', 30 * 864e5],
  [864e5, 'd'],
  [36e5, 'h'],
  [6e4, 'min'],
]

const words = (apart, short) => {
  const [from, unit, size = from] = units.find(([least]) => Math.abs(apart) >= least) ?? []
  if (!unit) return short ? 'now' : 'just now'
  const span = `${Math.floor(Math.abs(apart) / size)} ${unit}`
  return short ? span : apart < 0 ? `in ${span}` : `${span} ago`
}

const localise = () => {
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    const title = full.format(at)
    const text = 'moment' in time.dataset ? title : words(Date.now() - at, 'short' in time.dataset)
    if (time.title !== title) time.title = title
    if (time.textContent !== text) time.textContent = text
  }
}
localise()
setInterval(localise, 30_000)
document.addEventListener('htmx:after:swap', localise)
