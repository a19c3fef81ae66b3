import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf, Outside, publicAddress } from './fixtures/outside.ts'

let outside: Outside
beforeEach(async () => {
  outside = await Outside.open()
})
afterEach(() => outside.close())

const loopback = 'its host is a loopback address'
const privately = 'its host is a private address'
const linkLocal = 'its host is a link-local address'
const mapped = 'its host is an IPv4 address written as IPv6'
const tunnelled = 'its host is an address that is tunnelled to IPv4 (6to4, Teredo)'
const translated = 'its host is an address that is translated to IPv4 (NAT64)'
const reserved = 'its host is a reserved address'
const unspecified = 'its host is the unspecified address'
const multicast = 'its host is a multicast address'
const carries = 'it carries a user name or password'
const unwritable = 'it contains spaces, control characters or backslashes'

// Each address as somebody could write it into a file, and why it is not asked.
test.each([
  ['https://127.0.0.1/', loopback],
  ['https://127.1/', loopback],
  ['https://127.0.0.1./', loopback],
  ['https://127.255.255.254:8443/', loopback],
  ['https://0x7f.1/', loopback],
  ['https://0x7f000001/', loopback],
  ['https://0177.0.0.1/', loopback],
  ['https://2130706433/', loopback],
  ['https://127%2e0%2e0%2e1/', loopback],
  ['https://①②⑦.⓪.⓪.①/', loopback],
  ['https://１２７。０。０。１/', loopback],
  ['https://[::1]/', loopback],
  ['https://[0:0:0:0:0:0:0:1]/', loopback],
  ['https://[::ffff:127.0.0.1]/', mapped],
  ['https://[::ffff:7f00:1]/', mapped],
  ['https://[::127.0.0.1]/', mapped],
  ['https://[::ffff:0:127.0.0.1]/', mapped],
  ['https://[::ffff:93.184.215.14]/', mapped],
  ['https://[64:ff9b::7f00:1]/', translated],
  ['https://[64:ff9b:1::a00:1]/', translated],
  ['https://[2002:7f00:1::]/', tunnelled],
  ['https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/', tunnelled],
  ['https://10.0.0.1/', privately],
  ['https://012.0.0.1/', privately],
  ['https://172.31.255.255/', privately],
  ['https://192.168.1.1/', privately],
  ['https://3232235777/', privately],
  ['https://[fd00:ec2::254]/', privately],
  ['https://[fec0::1]/', privately],
  ['https://169.254.169.254/latest/meta-data/', linkLocal],
  ['https://0xA9FEA9FE/', linkLocal],
  ['https://[fe80::1]/', linkLocal],
  ['https://100.100.100.200/', 'its host is an address of a shared network (CGNAT)'],
  ['https://168.63.129.16/', "its host is an address of the machine's own cloud platform"],
  ['https://0.0.0.0/', unspecified],
  ['https://0/', unspecified],
  ['https://[::]/', unspecified],
  ['https://224.0.0.1/', multicast],
  ['https://[ff02::1]/', multicast],
  ['https://255.255.255.255/', reserved],
  ['https://240.0.0.1/', reserved],
  ['https://192.0.0.192/', reserved],
  ['https://198.18.0.1/', reserved],
  ['https://[2001:db8::1]/', reserved],
  ['https://[100::1]/', reserved],
  ['https://[4000::1]/', reserved],
  ['https://localhost/', 'localhost leads to a loopback address'],
  ['https://LOCALHOST./', 'localhost leads to a loopback address'],
  ['https://ⓛocalhost/', 'localhost leads to a loopback address'],
  ['https://intranet/', 'intranet leads to a private address'],
  ['https://127.0.0.1.sslip.example/', '127.0.0.1.sslip.example leads to a loopback address'],
  ['https://me:secret@git.acme.dev/', carries],
  ['https://git.acme.dev@127.0.0.1/', carries],
  ['https://@git.acme.dev/', carries],
  ['https://git.acme.dev\\@127.0.0.1/', unwritable],
  ['https:\\\\127.0.0.1/', unwritable],
  ['https://127.0.0.1\t.acme.dev/', unwritable],
  ['https://git.acme.dev/\r\nHost: evil', unwritable],
  [' https://git.acme.dev/', unwritable],
  ['https:127.0.0.1', 'it names no host'],
  ['https:///127.0.0.1/', 'it names no host'],
  ['https://', 'it names no host'],
  ['//127.0.0.1/', 'it has no scheme'],
  ['git.acme.dev', 'it has no scheme'],
  ['', 'it has no scheme'],
  ['http://git.acme.dev/', 'its scheme is http'],
  ['ftp://git.acme.dev/', 'its scheme is ftp'],
  ['file:///etc/passwd', 'its scheme is file'],
  ['javascript:alert(1)', 'its scheme is javascript'],
  ['data:text/plain,x', 'its scheme is data'],
  ['gopher://git.acme.dev/', 'its scheme is gopher'],
  ['ext::sh -c id', unwritable],
  ['https://git.acme.dev:99999/', 'its host or port cannot be read'],
  ['https://git.acme.dev:0/', 'nothing listens on port 0'],
  ['https://[::1/', 'its host or port cannot be read'],
  ['https://[fe80::1%25eth0]/', 'its host or port cannot be read'],
  ['https://1.2.3.4.5/', 'its host or port cannot be read'],
  ['https://256.256.256.256/', 'its host or port cannot be read'],
  ['https://git..acme.dev/', 'its host is not a host name'],
  ['https://-oProxyCommand=x/', 'its host is not a host name'],
  ['https://$(id).acme.dev/', 'its host is not a host name'],
  [`https://${'a'.repeat(64)}.dev/`, 'its host is not a host name'],
  [`https://git.acme.dev/${'a'.repeat(9_000)}`, 'it is longer than 8192 characters'],
])('%s is refused', async (url, reason) => {
  Object.assign(outside.names, {
    localhost: ['127.0.0.1', '::1'],
    intranet: ['10.1.2.3'],
    '127.0.0.1.sslip.example': ['127.0.0.1'],
  })
  const failure = await failureOf(outside.client().request({ url }))
  expect(failure.code).toBe('invalid')
  expect(failure.message.replace(/^The address .* is refused: /s, '')).toBe(reason)
  expect(failure.message).not.toContain('secret')
  expect(failure.hint).not.toBe('')
  expect(outside.connected).toEqual([])
})

test.each([
  ['https://git.acme.dev/a?b=c#d', 'git.acme.dev', '/a?b=c'],
  ['HTTPS://Git.ACME.dev./', 'git.acme.dev', '/'],
  ['https://bücher.example/%2e', 'xn--bcher-kva.example', '/'],
  ['https://git.acme.dev:8443/', 'git.acme.dev:8443', '/'],
  ['https://8.8.8.8/', '8.8.8.8', '/'],
  ['https://[2606:4700::1111]:444/', '[2606:4700::1111]:444', '/'],
])('%s is asked', async (url, host, path) => {
  const answer = await outside.client().request({ url })
  expect(answer.status).toBe(200)
  expect(outside.requests).toMatchObject([{ host, url: path }])
})

test('the address that was checked is the one that is connected to, without a second look at the DNS', async () => {
  const answers = [[publicAddress], ['127.0.0.1']]
  outside.names['git.acme.dev'] = () => answers.shift() ?? ['127.0.0.1']
  const client = outside.client()
  await client.request({ url: 'https://git.acme.dev/' })
  expect(outside.lookedUp).toEqual(['git.acme.dev'])
  expect(outside.connected).toMatchObject([{ host: 'git.acme.dev', addresses: [publicAddress] }])

  const second = await failureOf(client.request({ url: 'https://git.acme.dev/' }))
  expect(second.message).toContain('git.acme.dev leads to a loopback address')
  expect(outside.connected).toHaveLength(1)
})

test('a kept connection is used again only where its addresses are permitted again', async () => {
  const client = outside.client({ allowPrivate: ['git.acme.dev'] })
  const url = 'https://git.acme.dev/'
  await client.request({ url })
  await client.request({ url })
  expect(outside.connected).toHaveLength(1)
  outside.names['git.acme.dev'] = ['10.0.0.9']
  await client.request({ url })
  expect(outside.connected.map(({ addresses }) => addresses)).toEqual([[publicAddress], ['10.0.0.9']])
})

test('what must not be sent twice goes over a new connection, which cannot end meanwhile', async () => {
  const client = outside.client()
  for (const method of ['GET', 'POST', 'GET', 'POST'] as const) {
    await client.request({ url: 'https://git.acme.dev/', method })
  }
  expect(outside.connected).toHaveLength(3)
})

test('of several addresses those that are refused are left out', async () => {
  outside.names['git.acme.dev'] = ['10.0.0.1', publicAddress, '::1', 'nonsense']
  await outside.client().request({ url: 'https://git.acme.dev/' })
  expect(outside.connected).toMatchObject([{ addresses: [publicAddress] }])
})

test('what is refused does not tell the addresses of the inside', async () => {
  outside.names['db.acme.dev'] = ['10.77.88.99']
  const { message, hint } = await failureOf(outside.client().request({ url: 'https://db.acme.dev/' }))
  expect(message).toBe('The address https://db.acme.dev/ is refused: db.acme.dev leads to a private address')
  expect(hint).toBe('If the portal shall reach it, add db.acme.dev to outbound.allowPrivate.')
  expect(message + hint).not.toContain('10.77')
})

test('allowPrivate opens the addresses of the hosts that it names, and no multicast or reserved ones', async () => {
  Object.assign(outside.names, {
    'git.acme.dev': ['10.0.0.1'],
    'ci.acme.dev': ['fd00::1'],
    'acme.dev': ['10.0.0.1'],
    'odd.acme.dev': ['224.0.0.1'],
    'zero.acme.dev': ['::ffff:0.0.0.0'],
    'local.acme.dev': ['::ffff:127.0.0.1'],
  })
  const client = outside.client({ allowPrivate: ['*.acme.dev', '127.0.0.1:9090'] })
  for (const host of ['git.acme.dev', 'ci.acme.dev', 'local.acme.dev', '127.0.0.1:9090', '0x7f.1:9090']) {
    expect((await client.request({ url: `https://${host}/` })).status).toBe(200)
  }
  for (const [host, reason] of [
    ['acme.dev', 'a private address'],
    ['odd.acme.dev', 'a multicast address'],
    ['zero.acme.dev', 'an IPv4 address written as IPv6'],
    ['127.0.0.1:9091', 'a loopback address'],
  ]) {
    expect((await failureOf(client.request({ url: `https://${host}/` }))).message).toContain(reason)
  }
})

test('lists of hosts: only those allowed, never those denied, http where it is said', async () => {
  const client = outside.client({
    allowHosts: ['*.acme.dev', 'acme.dev:8443'],
    denyHosts: ['evil.acme.dev'],
    allowHttp: ['old.acme.dev'],
  })
  const asked = ['https://git.acme.dev/', 'https://acme.dev:8443/', 'http://old.acme.dev/']
  for (const url of asked) expect((await client.request({ url })).status).toBe(200)
  for (const [url, reason] of [
    ['https://acme.dev/', 'not on the list outbound.allowHosts'],
    ['https://notacme.dev/', 'not on the list outbound.allowHosts'],
    ['https://git.acme.dev.evil.com/', 'not on the list outbound.allowHosts'],
    ['https://evil.acme.dev./', 'on the list outbound.denyHosts'],
    ['http://git.acme.dev/', 'its scheme is http'],
  ]) {
    expect((await failureOf(client.request({ url: url ?? '' }))).message).toContain(reason)
  }
})

test('an address of the configuration itself may be private and plain, but not what it redirects to', async () => {
  outside.handler = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  const request = outside.client().request({ url: 'http://127.0.0.1:9090/api', allowPrivate: true })
  const { code, message } = await failureOf(request)
  expect(outside.connected).toMatchObject([{ addresses: ['127.0.0.1'], port: 9090 }])
  expect(code).toBe('upstream')
  expect(message).toBe(
    'http://127.0.0.1:9090/api redirects to http://169.254.169.254/, which is refused: its scheme is http',
  )
})

test.each([
  [
    'https://10.0.0.1/x?token=hunter2',
    'redirects to https://10.0.0.1/x?…, which is refused: its host is a private address',
  ],
  ['https://inside.acme.dev/', 'which is refused: inside.acme.dev leads to a private address'],
  ['//[::1]/', 'which is refused: its host is a loopback address'],
  ['http://git.acme.dev/', 'which is refused: its scheme is http'],
  ['file:///etc/passwd', 'which is refused: its scheme is file'],
  ['https://me:hunter2@other.dev/', 'which is refused: it carries a user name or password'],
  ['https:evil.com', 'which is refused: it names no host'],
  ['/\\evil.com', 'which is refused: '],
])('a redirect to %s is not followed', async (location, part) => {
  outside.names['inside.acme.dev'] = ['192.168.0.7']
  outside.handler = (_request, response) => void response.writeHead(302, { location }).end()
  const failure = await failureOf(outside.client().request({ url: 'https://git.acme.dev/' }))
  expect(failure.code).toBe('upstream')
  expect(failure.message).toContain(part)
  expect(failure.message).not.toContain('hunter2')
  expect(outside.requests).toHaveLength(1)
})

test('addresses that are shown hold no secret', async () => {
  for (const url of [
    'ftp://me:hunter2@x/',
    'https://hunter2@git.acme.dev',
    'nonsense?token=hunter2',
    'ws://x/#hunter2',
  ]) {
    expect((await failureOf(outside.client().request({ url }))).message).not.toContain('hunter2')
  }
})
