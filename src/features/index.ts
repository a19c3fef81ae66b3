export {
  type AccessInput,
  type Addressee,
  access,
  allow,
  deny,
  type Member,
  type Rule,
  type RuleOptions,
  type Where,
} from './access/index.ts'
export { github } from './access/providers/github.ts'
export { oidc } from './access/providers/oidc.ts'
export { gitlab, google, keycloak, microsoft, okta } from './access/providers/presets.ts'
export { admin } from './admin/index.ts'
export { catalog } from './catalog/index.ts'
export { checkoutsProvider, type FoundRepositories } from './catalog/providers/checkouts.ts'
export { folderProvider } from './catalog/providers/folder.ts'
export { gitProvider } from './catalog/providers/git.ts'
export { graph } from './graph/index.ts'
export { home } from './home/index.ts'
export { type NotificationDraft, notifications, notificationsService } from './notifications/index.ts'
export { search } from './search/index.ts'
export { settings } from './settings/index.ts'
