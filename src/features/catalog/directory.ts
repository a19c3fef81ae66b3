import type { PluginContext } from '../../api/plugin.ts'
import { entityPath } from '../../api/ref.ts'
import { type CatalogWatch, catalogWatchSeam, type Directory, directorySeam } from '../notifications/contract.ts'
import { listTroubled, mailboxesOf, ownersOf, usersBelow } from './store/directory.ts'
import { listSources } from './store/sources.ts'

/** What notifications ask of the catalog: who is behind a reference, and what people are to be told of. */
export function provideDirectory(ctx: PluginContext): void {
  const { read } = ctx.db
  const directory: Directory = {
    reach(refs) {
      const isPeople = (ref: string) => /^(group|user):/.test(ref)
      const owners = ownersOf(
        read,
        refs.filter((ref) => !isPeople(ref)),
      )
      const all = [...new Set([...refs.filter(isPeople), ...owners.values()])]
      const groups = all.filter((ref) => ref.startsWith('group:'))
      const users = all.filter((ref) => ref.startsWith('user:'))
      return { groups, users: [...new Set([...users, ...usersBelow(read, groups)])] }
    },
    addresses: (users) => new Map(mailboxesOf(read, users).map(({ ref, name, email }) => [ref, { name, email }])),
  }
  const watch: CatalogWatch = {
    troubled: () =>
      listTroubled(read).map(({ kind, namespace, name, title, ...row }) => {
        return { ...row, title: title ?? name, href: entityPath({ kind, namespace, name }) }
      }),
    async sources() {
      const rows = await listSources(read)
      return rows.map(({ id, title, error, hint, failedSince, readAt }) => ({
        ...{ id, title, error, hint },
        failedSince: failedSince?.getTime() ?? null,
        readAt: readAt?.getTime() ?? null,
      }))
    },
  }
  ctx.provide(directorySeam, directory)
  ctx.provide(catalogWatchSeam, watch)
}
