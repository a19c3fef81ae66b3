import type { ForgeType } from '../../../../api/config.ts'

const takers: ReadonlySet<ForgeType> = new Set(['github', 'gitlab', 'gitea', 'bitbucket', 'azure-devops'])

/** Whether something can be proposed to a kind of forge. Bitbucket Server is only read. */
export function takesProposals(forge: ForgeType): boolean {
  return takers.has(forge)
}
