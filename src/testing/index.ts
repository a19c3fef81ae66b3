export { personHeader, secretNamespace, testAccess, testPolicy } from './access.ts'
export { elementById, elements, type Found, hasId, linksOf, roots, rowsOf, textOf } from './html.ts'
export { organisation, type Person, people } from './people.ts'
export { type Answer, type AskOptions, type TestPortal, type TestPortalOptions, testPortal } from './portal.ts'
