import { expect, test } from 'vitest'
import { mailServer } from '../features/notifications/fixtures/receivers.ts'
import { place, start, until } from './fixtures/command.ts'

// `kill -9` while a letter is on its way: the next start sends it again, what was sent before is not, and nothing is lost.

const organisation = `
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: anna }
spec: { profile: { email: anna@example.com }, memberOf: [] }
`

const configuration = (port: number) => `
import { defineConfig, definePlugin, serviceRef } from 'callboard'
import { catalog, folderProvider, notifications, notificationsService } from 'callboard/features'

const sendRef = serviceRef<(titles: string) => Promise<string>>('sender.send')
const sender = definePlugin({
  name: 'sender',
  apiVersion: 1,
  jobs: [
    {
      id: 'send',
      run: async ({ ctx, payload }) => {
        for (const title of payload as string[]) {
          const draft = { origin: 'sender', recipients: ['user:default/anna'], title, scope: title }
          await ctx.use(notificationsService).send(draft)
        }
      },
    },
  ],
  routes: [
    {
      method: 'GET',
      url: '/send/:titles',
      public: true,
      handler: async ({ use, request }) => {
        await use(sendRef)((request.params as { titles: string }).titles)
        return { sent: true }
      },
    },
  ],
  setup(ctx) {
    ctx.provide(sendRef, (titles) =>
      ctx.db.write((tx) => ctx.jobs.enqueue(tx, 'send', { payload: titles.split(',') })),
    )
  },
})

export default defineConfig({
  plugins: [
    catalog({ providers: [folderProvider({ path: './catalog', paths: ['**/*.yaml'] })] }),
    notifications({ email: { host: '127.0.0.1', port: ${port}, from: 'portal@acme.example', mode: 'now' } }),
    sender,
  ],
})
`

test('a letter on its way survives the end of the portal', { timeout: 120_000 }, async () => {
  const mail = await mailServer()
  const at = place({ 'catalog/org.yaml': organisation })
  at.write('portal.config.ts', configuration(mail.port))
  const subjects = () => mail.letters.map(({ subject }) => subject)

  const first = await start(at)
  await until('the catalog', async () => (await first.get('/catalog/default/user/anna')).status === 200 || undefined)
  await first.get('/send/one')
  await until('the first letter', () => subjects().includes('one') || undefined)
  mail.mood = 'hang'
  await first.get('/send/two,three,four')
  await until('a letter that is not answered', () => mail.begun > 1 || undefined)
  first.child.kill('SIGKILL')
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
  expect(subjects()).toEqual(['one'])

  mail.mood = 'take'
  const second = await start(at)
  await until('what was left', () => mail.letters.length >= 4 || undefined)
  second.child.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ code: 0 })
  expect(subjects().sort()).toEqual(['four', 'one', 'three', 'two'])
})
