/** An address of IPv4; of IPv6 the first half, because whoever has one address of it has all. */
export function networkOf(address: string): string {
  const [plain = ''] = address.toLowerCase().split('%')
  if (!plain.includes(':')) return plain
  const within = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (within !== undefined) return within
  const [front = '', back] = plain.split('::')
  const before = front.split(':').filter(Boolean)
  const after = (back ?? '').split(':').filter(Boolean)
  const gap = back === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: gap }, () => '0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::`
}

interface Sent {
  ip: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}

/**
 * Who sent a request: behind a proxy on this machine, the last address that it names, which is the one that it saw. What
 * stands before that, and what others say, anybody may have written.
 */
export function senderOf({ ip, headers }: Sent): string {
  if (!/^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(ip)) return ip
  const named = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-1)?.trim() ?? ''
  return /^[0-9a-f.:]{2,45}$/i.test(named) ? named : ip
}
