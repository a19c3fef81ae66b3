import { BlockList, isIP } from 'node:net'

/** Why an address is not connected to just like that. */
export interface SpecialAddress {
  /** `a loopback address`: as it stands in a message. */
  is: string
  /** Whether naming its host in `outbound.allowPrivate` opens it. */
  openable: boolean
}

interface Special extends SpecialAddress {
  /** Apart, because a list compares both families with each other. */
  ipv4: BlockList
  ipv6: BlockList
}

// IANA's registries of special-purpose addresses (RFC 6890 and its updates). The first that fits is told.
const specials: readonly Special[] = [
  special('an IPv4 address written as IPv6', true, '::ffff:0:0/96', '::ffff:0:0:0/96', '::/96'),
  special('a loopback address', true, '127.0.0.0/8'),
  special('a private address', true, '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'),
  special('a link-local address', true, '169.254.0.0/16', 'fe80::/10'),
  special('an address of a shared network (CGNAT)', true, '100.64.0.0/10'),
  // Answers every virtual machine of Azure with what only that machine should know.
  special("an address of the machine's own cloud platform", true, '168.63.129.16/32'),
  special('an address that is translated to IPv4 (NAT64)', true, '64:ff9b::/96', '64:ff9b:1::/48'),
  special('an address that is tunnelled to IPv4 (6to4, Teredo)', true, '2002::/16', '2001::/32', '192.88.99.0/24'),
  special('a multicast address', false, '224.0.0.0/4', 'ff00::/8'),
  special('the unspecified address', false, '0.0.0.0/8'),
  special(
    'a reserved address',
    false,
    '192.0.0.0/24',
    '192.0.2.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    '2001::/23',
    '2001:db8::/32',
    '3fff::/20',
  ),
]
const neverInside = specials.filter(({ openable }) => !openable)
const globalUnicast = listOf('2000::/3')
const mapped = listOf('::ffff:0:0/96')

/** @returns undefined for an address of the public network; else what it is */
export function specialAddress(address: string): SpecialAddress | undefined {
  const [plain = ''] = address.split('%')
  const family = isIP(plain)
  if (family === 0) return { is: 'no address', openable: false }
  if (family === 4) return specials.find(({ ipv4 }) => ipv4.check(plain, 'ipv4'))
  if (plain === '::1') return { is: 'a loopback address', openable: true }
  if (plain === '::') return { is: 'the unspecified address', openable: false }
  const found = specials.find(({ ipv6 }) => ipv6.check(plain, 'ipv6'))
  if (found) return { is: found.is, openable: found.openable && !isNeverInside(plain) }
  return globalUnicast.check(plain, 'ipv6') ? undefined : { is: 'a reserved address', openable: false }
}

/** What `::ffff:0.0.0.0` stands for stays shut as `0.0.0.0` does. */
function isNeverInside(address: string): boolean {
  return mapped.check(address, 'ipv6') && neverInside.some(({ ipv4 }) => ipv4.check(address, 'ipv6'))
}

function special(is: string, openable: boolean, ...ranges: string[]): Special {
  const isIpv6 = (range: string) => range.includes(':')
  const ipv4 = listOf(...ranges.filter((range) => !isIpv6(range)))
  return { is, openable, ipv4, ipv6: listOf(...ranges.filter(isIpv6)) }
}

function listOf(...ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [subnet = '', prefix] = range.split('/')
    list.addSubnet(subnet, Number(prefix), isIP(subnet) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
