import { env } from '../../api/env.ts'
import { createLog, readLogFormat } from '../../platform/log.ts'
import { buildPortal } from '../build.ts'
import type { CommandArgs } from '../cli.ts'
import { withStanding } from '../plugins.ts'

/** Serves until it is told to stop. A second signal stops at once. */
export async function start({ config, print }: CommandArgs): Promise<number> {
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
  } catch (error) {
    await portal.close()
    throw error
  }
  await stopped
  log.info('Stopped')
  return 0
}

function shown(address: string): string {
  return address.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost')
}
