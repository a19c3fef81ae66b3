/** The file that nobody wrote, and the card of a first start. */
export const written = {
  location: '/home/ines/src/cart/catalog-info.yaml',
  text: `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: cart # package.json:2, name of the package
  description: Holds a shopper’s basket until checkout # README.md:3, first paragraph of the README
spec:
  type: service # package.json:9, dependency fastify
  lifecycle: production # package.json:3, version 4.18.0
  owner: "group:cart" # CODEOWNERS:4, owner of *
`,
}

export const begin = { command: 'callboard start --from ~/src' }
