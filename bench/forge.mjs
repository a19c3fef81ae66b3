// Serves a folder of bare repositories over smart HTTP with a token, in a process of its own, so that neither what is
// measured nor what measures waits for it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cpuOf } from './processes.mjs'

const program = fileURLToPath(new URL('./forge-process.mjs', import.meta.url))

/** @returns its origin, how often it was asked so far, and its processor time in ms */
export async function startForge(folder, token) {
  const child = fork(program, [folder], { env: { ...process.env, BENCH_FORGE_TOKEN: token } })
  const ended = once(child, 'exit')
  const ask = async (question) => {
    const failed = ended.then(([code]) => {
      throw new Error(`The server of the repositories ended with ${code}.`)
    })
    const answer = once(child, 'message')
    if (question) child.send(question)
    const [message] = await Promise.race([answer, failed])
    return message
  }
  const { origin } = await ask()
  return {
    origin,
    requests: () => ask('requests'),
    cpu: () => cpuOf(child.pid),
    async close() {
      child.disconnect()
      await ended
    },
  }
}
