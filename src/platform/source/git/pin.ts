import { PortalError } from '../../../api/errors.ts'
import type { GitAddress } from './address.ts'
import { runGit } from './program.ts'

/** Says where the host of an address may be connected to, as `AddressGuard` does. */
export interface GitGuard {
  addressesOf(url: string): Promise<readonly string[]>
}

/** From here on git hands the setting that pins an address to its HTTP library; one of before would leave it out. */
const oldest = [2, 37] as const

let version: Promise<readonly [number, number]> | undefined

/**
 * Settings with which git connects to the addresses that were checked a moment ago, and to no others: it does not look
 * the name up itself, and asks no proxy, which would.
 *
 * @throws PortalError `invalid` when the address is refused, `internal` when the git program is too old to be held to it
 */
export async function pinned(address: GitAddress, guard: GitGuard, home: string): Promise<Record<string, string>> {
  const { protocol, host, port = protocol === 'https' ? '443' : '80', url } = address
  checkPinnable(address)
  const addresses = await guard.addressesOf(url)
  await checkVersion(home)
  const isName = !host.startsWith('[') && !/^\d+(\.\d+){3}$/.test(host)
  const list = addresses.map((one) => (one.includes(':') ? `[${one}]` : one)).join(',')
  return { 'http.proxy': '', ...(isName && { 'http.curloptResolve': `${host}:${port}:${list}` }) }
}

/** @throws PortalError `invalid` for what git cannot be held to */
export function checkPinnable({ protocol, host }: GitAddress): void {
  if (protocol !== 'https' && protocol !== 'http') throw notHeld(protocol)
  // The library takes the dot away before it looks for the pinned address, or not, as its version goes.
  if (host.endsWith('.')) throw dotted()
}

async function checkVersion(home: string): Promise<void> {
  version ??= versionOf(home)
  try {
    const [major, minor] = await version
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
    throw new PortalError('internal', `git ${major}.${minor} cannot be held to the address that was checked`, {
      hint: `Install git ${oldest.join('.')} or newer, or name the repository in portal.config.ts with gitProvider.`,
    })
  } catch (error) {
    version = undefined // It may be replaced while the portal runs.
    throw error
  }
}

async function versionOf(home: string): Promise<readonly [number, number]> {
  const text = (await runGit({ args: ['version'], home, timeout: 10_000 })).toString('utf8')
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? []
  return [Number(major), Number(minor)]
}

function notHeld(protocol: string): PortalError {
  return new PortalError('invalid', `Registered repositories are not read by ${protocol}`, {
    hint: 'Use its address with https, or name it in portal.config.ts with gitProvider.',
  })
}

function dotted(): PortalError {
  return new PortalError('invalid', 'The host of the address ends in a dot', { hint: 'Leave the dot out.' })
}
