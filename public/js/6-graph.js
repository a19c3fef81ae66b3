// Arrow keys lead from a node to the nearest in their direction; what a node is tied to stands out while it is looked at.
const turns = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const nodeOf = (target) => target.closest?.('.graph-node')

const middle = (element) => {
  const { x, y, width, height } = element.getBoundingClientRect()
  return [x + width / 2, y + height / 2]
}

document.addEventListener('keydown', (event) => {
  const turn = turns[event.key]
  const node = turn && nodeOf(event.target)
  if (!node || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  const [x, y] = middle(node)
  let best
  for (const other of node.ownerSVGElement.querySelectorAll('a.graph-node')) {
    const [right, down] = [middle(other)[0] - x, middle(other)[1] - y]
    const along = right * turn[0] + down * turn[1]
    if (along < 8) continue
    const far = along + 2 * Math.abs(right * turn[1] + down * turn[0])
    if (!best || far < best.far) best = { other, far }
  }
  best?.other.focus()
})

const trace = (svg, node) => {
  svg.classList.toggle('traced', Boolean(node))
  const at = node?.dataset.node
  const near = new Set([at])
  for (const { classList, dataset } of svg.querySelectorAll('[data-from]')) {
    const isNear = dataset.from === at || dataset.to === at
    if (isNear) near.add(dataset.from).add(dataset.to)
    classList.toggle('near', isNear)
  }
  for (const { classList, dataset } of svg.querySelectorAll('.graph-node'))
    classList.toggle('near', near.has(dataset.node))
}
const look = ({ target }) => {
  const svg = target.closest?.('svg.graph')
  if (svg) trace(svg, nodeOf(target))
}
const leave = ({ target, relatedTarget }) => {
  const svg = target.closest?.('svg.graph')
  if (svg && !svg.contains(relatedTarget)) trace(svg, null)
}
document.addEventListener('pointerover', look)
document.addEventListener('focusin', look)
document.addEventListener('pointerout', leave)
document.addEventListener('focusout', leave)

// A picture larger than its frame begins where the graph does.
const centre = () => {
  for (const frame of document.querySelectorAll('.graph-frame')) {
    const root = frame.querySelector('.graph-node.root')
    if (!root) continue
    const [[x, y], [left, top]] = [middle(root), middle(frame)]
    frame.scrollBy({ left: x - left, top: y - top, behavior: 'instant' })
  }
}
centre()
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (!ctx.live) centre()
})
