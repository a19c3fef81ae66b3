import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { env } from '../api/env.ts'
import { type TestPortal, type TestPortalOptions, testPortal } from './portal.ts'

export interface VisitOptions {
  /** In CSS pixels; 1440 by 900 unless given. */
  width?: number
  height?: number
  /** What the reader's system prefers; light unless given. */
  theme?: 'light' | 'dark'
  /** Whether the browser runs scripts; it does unless told otherwise. */
  script?: boolean
}

/** A listening portal over the example organisation, and a browser that visits it. */
export interface PortalInBrowser {
  portal: TestPortal
  /** `http://127.0.0.1:…`, without a slash at the end. */
  address: string
  /** Opens an address of the portal as a reader who has never been here. */
  visit(path: string, options?: VisitOptions): Promise<Page>
  /** Ends every visit. @returns what went wrong in them: errors of scripts, violations of the policy, failed requests */
  leave(): Promise<string[]>
  close(): Promise<void>
}

/** For `expect.poll`: how long something may take on a machine that has much else to do. */
export const soon = { timeout: 15_000, interval: 50 }

const mostTabs = 120
const examples = fileURLToPath(new URL('../../examples', import.meta.url))
/** How a Chromium is called and started; the scripts, which are no TypeScript, read it as well. */
const { names, macPaths, switches } = JSON.parse(
  readFileSync(new URL('./chromium.json', import.meta.url), 'utf8'),
) as Record<'names' | 'macPaths' | 'switches', string[]>

// Text, because the types of the project know no document.
const reportViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  reportFault(['policy:', event.effectiveDirective, event.blockedURI, event.sample].join(' ')))`

/**
 * Starts both. The portal reads a copy of the examples, watched, so that tests may change files.
 *
 * @param options `files` are added to the examples
 * @example const site = await portalInBrowser(); const page = await site.visit('/catalog')
 * @throws Error when there is no browser
 */
export async function portalInBrowser(options: TestPortalOptions = {}): Promise<PortalInBrowser> {
  const executablePath = browserPath()
  const portal = await testPortal({
    title: 'Brackenlow',
    watch: true,
    paths: ['**/catalog-info.yaml'],
    ...options,
    files: { ...exampleFiles(), ...options.files },
  })
  const address = await portal.portal.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath, args: switches }).catch(async (error) => {
    await portal.close()
    throw error
  })
  const contexts: BrowserContext[] = []
  const faults: string[] = []
  return {
    portal,
    address,
    async visit(path, options = {}) {
      const context = await browser.newContext(contextOptions(address, options))
      contexts.push(context)
      await watch(context, faults)
      const page = await context.newPage()
      await page.goto(path)
      return page
    },
    async leave() {
      await Promise.all(contexts.splice(0).map((context) => context.close()))
      return faults.splice(0)
    },
    async close() {
      await browser.close()
      await portal.close()
    },
  }
}

/** What has the focus, as it is called: its label, the title of a drawing, or its text. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate<string>(`(({ ariaLabel, textContent }, title) =>
    (ariaLabel ?? title?.textContent ?? textContent).replace(/\\s+/g, ' ').trim())(
      document.activeElement, document.activeElement.querySelector(':scope > title'))`)
}

/**
 * Presses Tab until what has the focus is called so.
 * @throws Error that lists what it came by
 */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = []
  while (seen.length < mostTabs) {
    await page.keyboard.press('Tab')
    const at = await focusedName(page)
    if (name.test(at)) return
    seen.push(at.slice(0, 60))
  }
  throw new Error(`Tab does not lead to ${name}, but to ${seen.join(', ')}`)
}

function contextOptions(baseURL: string, options: VisitOptions): BrowserContextOptions {
  const { width = 1440, height = 900, theme = 'light', script = true } = options
  return {
    baseURL,
    viewport: { width, height },
    colorScheme: theme,
    javaScriptEnabled: script,
    acceptDownloads: true,
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
  }
}

async function watch(context: BrowserContext, faults: string[]): Promise<void> {
  context.on('console', (message) => {
    // The answer to the page itself is the test's own business.
    const isOwnStatus =
      /^Failed to load resource/.test(message.text()) && message.location().url === message.page()?.url()
    if (message.type() === 'error' && !isOwnStatus) faults.push(`console: ${message.text()}`)
  })
  context.on('weberror', (error) => {
    const { message } = error.error()
    // The browser's own: the style sheet asks for transitions between pages, and on a slow machine it skips one.
    if (!/^Transition was (aborted|skipped)/.test(message)) faults.push(`script: ${message}`)
  })
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A newer request, another page or a download took its place.
    if (reason !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${reason}`)
  })
  await context.exposeBinding('reportFault', (_, text: string) => void faults.push(text))
  await context.addInitScript(reportViolations)
}

function browserPath(): string {
  const given = env('CHROMIUM_PATH')
  const folders = env('PATH', '').split(delimiter).filter(Boolean)
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...macPaths]
  const found = given ?? candidates.find(isProgram)
  if (!found) throw new Error('No Chromium was found. Install Chromium or Chrome, or set CHROMIUM_PATH to one.')
  return found
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function exampleFiles(): Record<string, string> {
  const found = readdirSync(examples, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = found.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path.slice(examples.length + 1), readFileSync(path, 'utf8')]))
}
