import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { definePlugin } from '../../api/plugin.ts'
import { identitySeam } from '../../platform/auth/identity.ts'
import { openPolicy, policySeam } from '../../platform/permissions/policy.ts'
import { type PortalInBrowser, portalInBrowser, soon } from '../../testing/browser.ts'

/** Everybody who comes is Anna, who leads a team of the examples. */
const anna = definePlugin({
  name: 'access',
  apiVersion: 1,
  setup(ctx) {
    const person = {
      id: 'anna',
      kind: 'user',
      name: 'Anna',
      ref: 'user:default/anna',
      groups: ['group:default/cart'],
    } as const
    ctx.provide(identitySeam, () => person)
    ctx.provide(policySeam, openPolicy)
  },
})

let site: PortalInBrowser
let guests: PortalInBrowser
beforeAll(async () => {
  site = await portalInBrowser({ plugins: [anna] })
  guests = await portalInBrowser()
})
afterEach(async () => expect([...(await site.leave()), ...(await guests.leave())]).toEqual([]))
afterAll(async () => {
  await site.close()
  await guests.close()
})

const cart = '/catalog/default/component/cart'
const button = '#catalog-head .star button'
const focused = (page: Page) => page.evaluate<string | undefined>('document.activeElement?.id')

test('the keyboard stars: the button says so at once and keeps the focus, and the page is on the way home', async () => {
  const page = await site.visit(cart)
  const own = await page.locator(button).getAttribute('id')
  await page.locator(button).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator(button).getAttribute('aria-pressed'), soon).toBe('true')
  expect(await focused(page)).toBe(own)
  expect(new URL(page.url()).pathname).toBe(cart)
  await page.keyboard.press('Space')
  await expect.poll(() => page.locator(button).getAttribute('aria-pressed'), soon).toBe('false')
  expect(await focused(page)).toBe(own)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator(button).getAttribute('aria-pressed'), soon).toBe('true')
  await page.goto('/')
  expect(await page.locator('#home-starred li a').allInnerTexts()).toEqual(['cart'])
  expect(await page.locator('#home-visits li a').allInnerTexts()).toEqual(['cart'])
  const inList = page.locator('#home-starred .star button')
  await inList.focus()
  await page.keyboard.press('Enter')
  // It stays in sight until the next look, so that one can think better of it.
  await expect.poll(() => inList.getAttribute('aria-pressed'), soon).toBe('false')
  expect(await focused(page)).toBe(own)
  await page.reload()
  expect(await page.locator('#home-starred li').count()).toBe(0)
})

test('without a script a form does the same', async () => {
  const page = await site.visit('/catalog/default/component/checkout', { script: false })
  await page.locator(button).click()
  expect(new URL(page.url()).pathname).toBe('/catalog/default/component/checkout')
  expect(await page.locator(button).getAttribute('aria-pressed')).toBe('true')
  await page.goto('/')
  expect(await page.locator('#home-starred li a').allInnerTexts()).toContain('checkout')
  await page.locator('#home-starred .star button[aria-pressed]').first().click()
  expect(new URL(page.url()).pathname).toBe('/')
  expect(await page.locator('#home-starred li a').allInnerTexts()).not.toContain('checkout')
  await page.locator('#home-visits form button').click()
  expect(await page.locator('#home-visits li').count()).toBe(0)
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const violationsOf = async (page: Page) => {
  await page.evaluate(axe)
  const found = await page.evaluate<{ id: string; nodes: string[] }[]>(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`,
  )
  return found
}

test.each(['light', 'dark'] as const)(
  'the home page has no faults that axe finds, in its states, %s',
  async (theme) => {
    for (const own of [guests, site]) {
      for (const width of [1440, 390]) {
        const page = await own.visit('/', { theme, width })
        expect(await violationsOf(page), 'empty').toEqual([])
        await page.goto('/catalog/default/component/checkout')
        if ((await page.locator(button).getAttribute('aria-pressed')) === 'false') await page.locator(button).click()
        await expect.poll(() => page.locator(button).getAttribute('aria-pressed'), soon).toBe('true')
        for (const path of ['/', '/home/stars']) {
          await page.goto(path)
          expect(await violationsOf(page), path).toEqual([])
          const [inner, all] = await page.evaluate<number[]>('[innerWidth, document.documentElement.scrollWidth]')
          expect(all).toBeLessThanOrEqual(inner ?? 0)
        }
      }
    }
  },
  120_000,
)
