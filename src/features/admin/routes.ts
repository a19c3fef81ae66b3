import { z } from 'zod'
import { type Route, route } from '../../api/route.ts'
import { gallery } from './fixtures.ts'
import { crumbsTo, framed } from './frame.ts'
import { aboutPage, aboutText, configPage, onePluginPage, overviewPage, pluginsPage } from './pages.ts'

const reportType = 'text/plain; charset=utf-8'
const reportName = 'attachment; filename="callboard-about.txt"'

export const routes: Route[] = [
  route({
    method: 'GET',
    url: '/admin',
    permission: 'admin.overview',
    handler: async ({ actor, use }, reply) =>
      reply.page('admin/index', await overviewPage(use, actor), {
        title: 'Admin',
        crumbs: [{ text: 'Admin' }],
        within: 'admin',
      }),
  }),
  // The page of the sources belongs to the catalog.
  route({
    method: 'GET',
    url: '/admin/sources',
    permission: 'admin.overview',
    handler: (_call, reply) => reply.redirect('/catalog/sources', 302),
  }),
  route({
    method: 'GET',
    url: '/admin/plugins',
    permission: 'admin.plugins',
    handler: ({ use }, reply) =>
      reply.page('admin/plugins', pluginsPage(use), {
        title: 'Plugins',
        ...framed({ text: 'Plugins' }),
      }),
  }),
  route({
    method: 'GET',
    url: '/admin/plugins/:name',
    permission: 'admin.plugins',
    params: z.object({ name: z.string().max(64) }),
    handler: ({ params, use }, reply) => {
      const props = onePluginPage(use, params.name)
      const frame = framed({ text: 'Plugins', href: '/admin/plugins' }, { text: props.name })
      return reply.page('admin/plugin', props, { title: `Plugin ${props.name}`, ...frame })
    },
  }),
  route({
    method: 'GET',
    url: '/admin/config',
    permission: 'admin.config',
    handler: ({ use }, reply) =>
      reply.page('admin/config', configPage(use), {
        title: 'Configuration',
        ...framed({ text: 'Configuration' }),
      }),
  }),
  route({
    method: 'GET',
    url: '/admin/about',
    permission: 'admin.about',
    handler: async ({ actor, use }, reply) =>
      reply.page('admin/about', await aboutPage(use, actor), { title: 'About', ...framed({ text: 'About' }) }),
  }),
  route({
    method: 'GET',
    url: '/admin/about.txt',
    permission: 'admin.about',
    handler: async ({ actor, use }, reply) =>
      reply
        .type(reportType)
        .header('content-disposition', reportName)
        .send(await aboutText(use, actor)),
  }),
  route({
    method: 'GET',
    url: '/admin/gallery',
    permission: 'admin.gallery',
    handler: (_call, reply) =>
      reply.page('admin/gallery', gallery(), {
        title: 'View gallery',
        crumbs: crumbsTo({ text: 'View gallery' }),
      }),
  }),
]
