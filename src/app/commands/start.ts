import { env } from '../../api/env.ts'
import { greetingSeam } from '../../platform/greeting.ts'
import { createLog, readLogFormat } from '../../platform/log.ts'
import { buildPortal, type Portal } from '../build.ts'
import type { CommandArgs } from '../cli.ts'
import { type FromPortal, fromExample } from '../from.ts'
import { withStanding } from '../plugins.ts'

/** Serves until it is told to stop. A second signal stops at once. */
export async function start({ config, print, found }: CommandArgs): Promise<number> {
  const log = createLog(env('LOG_LEVEL', 'info'), { format: readLogFormat(env('LOG_FORMAT', 'auto')) })
  const portal = await buildPortal({ config, plugins: withStanding(config.plugins), log })
  const stopped = new Promise<void>((resolve, reject) => {
    const stop = (signal: string) => {
      process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
      log.info({ signal }, 'Stopping')
      portal.close().then(resolve, reject)
    }
    process.once('SIGTERM', stop).once('SIGINT', stop)
  })
  try {
    const address = await portal.listen()
    print(`${config.title} is at ${shown(address)}`)
    for (const line of (await portal.services.tryUse(greetingSeam)?.(shown(address))) ?? []) print(line)
    if (!found)
      print(`For your own repositories: ${fromExample}, or the address of a repository in place of the folder`)
    else
      void tellFound(portal, found, print).catch((error) => log.warn({ err: error }, 'What was found cannot be told'))
  } catch (error) {
    await portal.close()
    throw error
  }
  await stopped
  log.info('Stopped')
  return 0
}

/** Says what the first reading brought, as soon as it is done. */
async function tellFound(portal: Portal, found: FromPortal['found'], print: CommandArgs['print']): Promise<void> {
  let isDone = false
  while (!isDone) {
    await portal.events.settled()
    await portal.jobs.settled()
    const waiting = await portal.jobs.list({ state: 'waiting' })
    isDone = waiting.every(({ runAfter }) => runAfter > new Date())
  }
  const last = found()
  if (!last) return print('No repositories could be read; the page Sources says why.')
  const gauge = await portal.metrics.getSingleMetric('callboard_catalog_entities')?.get()
  const entities = gauge?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
  print(`Found ${counted(last.repositories, 'repository', 'repositories')}, ${counted(entities, 'entity', 'entities')}`)
  if (last.inferred > 0)
    print(`Inferred what ${last.inferred} of them say nothing about; each field tells from which line.`)
  for (const warning of last.warnings.slice(0, 10)) print(warning)
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

function shown(address: string): string {
  return address.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost')
}
