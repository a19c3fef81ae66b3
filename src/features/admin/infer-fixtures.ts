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
  way: {
    repository: { text: 'shop/cart on git.example', href: 'https://git.example/shop/cart' },
    noun: 'pull request',
    action: null,
    lookHref: null,
    proposal: null,
    problems: [],
    failure: {
      message: 'git.example does not accept the token that the portal has for it',
      hint: 'It may have expired or been withdrawn. Put a new one into GITEA_TOKEN and start the portal again.',
    },
    lines: "forges: [{ host: 'git.example', type: 'gitea', token: secret('GITEA_TOKEN') }],\n",
    newFileHref: 'https://git.example/shop/cart/_new/main?filename=catalog-info.yaml',
  },
}

/** The same, already proposed. */
export const proposal = {
  noun: 'pull request',
  lookHref: null,
  proposal: { url: 'https://git.example/shop/cart/pulls/12', number: '#12' },
  failure: null,
}

export const begin = { command: 'callboard start --from ~/src' }
