import { messageOf as reasonOf } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import type { WebhookOptions } from '../config.ts'
import { DeliveryFailure, type Message } from './message.ts'
import { callOf } from './presets.ts'

/** Answers that may be others the next time, beside those of 500 and above. */
const passing = new Set([408, 409, 423, 425, 429])
const longestPause = 6 * 3_600_000

/** Hands a message to a webhook. @throws DeliveryFailure, which does not show the address: it is often the secret */
export async function callWebhook(
  ctx: PluginContext,
  webhook: WebhookOptions,
  { message, delivery, signal }: { message: Message; delivery: string; signal: AbortSignal },
): Promise<void> {
  const address = new URL(typeof webhook.url === 'string' ? webhook.url : webhook.url.reveal())
  const call = callOf(message, webhook, { delivery, now: ctx.now() })
  const answer = await ctx.http
    .request({ url: address, method: 'POST', ...call, timeout: '15s', redirects: 0, maxBytes: 100_000, signal })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw new DeliveryFailure(withoutAddress(reasonOf(error), address), { outage: true })
    })
  const { status } = answer
  if (status >= 200 && status < 300) return
  const isPassing = status >= 500 || passing.has(status)
  throw new DeliveryFailure(`${address.host} answered ${status}`, {
    final: !isPassing,
    outage: isPassing,
    until: laterThan(answer.headers['retry-after'], ctx.now()),
  })
}

function withoutAddress(text: string, { href, origin, pathname, host }: URL): string {
  const short = text.replaceAll(href, host).replaceAll(origin + pathname, host)
  return pathname.length > 1 ? short.replaceAll(pathname, '/…') : short
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function laterThan(text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined
  const at = /^\s*\d{1,9}\s*$/.test(text) ? now.getTime() + Number(text) * 1000 : Date.parse(text)
  if (Number.isNaN(at) || at <= now.getTime()) return undefined
  return new Date(Math.min(at, now.getTime() + longestPause))
}
