import type { WrittenView } from '../catalog/pages/written.ts'

/** The file that would state what was inferred. */
export const written: WrittenView = {
  path: 'cart/catalog-info.yaml',
  location: '/srv/checkouts/cart/catalog-info.yaml',
  text: `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: cart # package.json:2, name of the package
spec:
  type: service # package.json:14, depends on fastify
  lifecycle: experimental # package.json:3, a version below 1
  owner: group:default/payments # CODEOWNERS:1, the last rule for everything
`,
}

/** How a start without any YAML is called. */
export const begin = { command: 'npm start -- --from ~/src' }
