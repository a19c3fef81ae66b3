import type { FastifyInstance } from 'fastify'
import { type Assets, encodeFor } from '../views/assets.ts'

/** Serves the bundles from memory, in the smallest form that the browser takes. */
export function serveAssets(app: FastifyInstance, assets: Assets): void {
  for (const asset of assets.files.values()) {
    app.get(asset.path, { config: { access: 'public', file: true } }, async (request, reply) => {
      reply.headers({
        'content-type': asset.type,
        'cache-control': asset.cache,
        etag: asset.etag,
        vary: 'Accept-Encoding',
      })
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
      const { body, encoding } = encodeFor(asset, request.headers['accept-encoding'])
      if (encoding !== undefined) reply.header('content-encoding', encoding)
      return reply.send(body)
    })
  }
  app.get('/favicon.ico', { config: { access: 'public', file: true } }, async (_request, reply) =>
    reply.redirect(assets.urls.favicon, 301),
  )
}
