/** Ends the process with one line when this Node cannot run the portal. Must parse on any Node that knows modules. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(
    `Callboard needs Node 20.19 or newer; this is ${process.version}. Install a newer Node, then run the command again.`,
  )
  process.exit(1)
}
