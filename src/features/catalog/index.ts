import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { definePlugin, type Plugin } from '../../api/plugin.ts'
import { portalStarted } from '../../api/wiring.ts'
import { contributionsRef } from '../../platform/contributions.ts'
import { metricsRegistry } from '../../platform/http/metrics.ts'
import { portalTitle } from '../../platform/http/page.ts'
import { addressGuard } from '../../platform/http-client/address-guard.ts'
import { entityStockSeam } from '../../platform/permissions/entities.ts'
import { ownershipSeam } from '../../platform/permissions/ownership.ts'
import { openPolicy, policySeam } from '../../platform/permissions/policy.ts'
import { markedThings, starsRef } from '../home/contract.ts'
import { apiRoutes } from './api.ts'
import { heedCancelled } from './cancelled-jobs.ts'
import { createCodeOwnersReader } from './code-owners.ts'
import { commands } from './commands.ts'
import { CatalogOptions } from './config.ts'
import { catalogGraph, catalogReader, catalogSummary, peopleDirectory, sourceLines } from './contract.ts'
import { entityCards, entityTabs, homeCards, nav } from './contributions.ts'
import { contributorCards } from './contributor-cards.ts'
import { contributorReaderRef, createContributorReader } from './contributors.ts'
import { crawlerRef, createCrawler } from './crawler.ts'
import { createDefinitionService } from './definition-service.ts'
import { provideDirectory } from './directory.ts'
import { createEntityStock } from './entity-stock.ts'
import { factCards } from './facts/cards.ts'
import { repositoryFacts } from './facts/repository.ts'
import { setUpFacts } from './facts/setup.ts'
import { createFileSights } from './file-sight.ts'
import { prepareFirstHistories } from './first-histories.ts'
import { prepareFirstPages } from './first-pages.ts'
import { createGraphService } from './graph-service.ts'
import { createHiddenRivals } from './hidden-rivals.ts'
import { createHistoryService, historyService } from './history-service.ts'
import { jobs } from './jobs.ts'
import { announceChanges } from './live.ts'
import { createMarkedEntities } from './marked-entities.ts'
import { registerMetrics } from './metrics.ts'
import { builtinKinds } from './model/kinds.ts'
import { createNearService } from './near-service.ts'
import { createOrganisationService, organisationService } from './organisation.ts'
import { organisationCards, organisationNav, organisationTabs } from './organisation-cards.ts'
import { createOwnWork, ownWorkRef } from './own-work.ts'
import { ownWorkCards } from './own-work-cards.ts'
import { createChangePages } from './pages/changes.ts'
import { createCodePages } from './pages/codes.ts'
import { createContributorPages } from './pages/contributors.ts'
import { createDefinitionPages } from './pages/definitions.ts'
import { createEarlierPages } from './pages/earlier.ts'
import { createEntityPages } from './pages/entity.ts'
import { createFieldPages } from './pages/fields.ts'
import { kindNames } from './pages/kinds.ts'
import { createListPages } from './pages/list.ts'
import { createOrganisationPages } from './pages/organisation.ts'
import { createProblemPages } from './pages/problems.ts'
import { createRegisterPages } from './pages/register.ts'
import { createSourcePages, listSourceLines } from './pages/sources.ts'
import { createSummariser } from './pages/summary.ts'
import { createWrittenPages } from './pages/written.ts'
import { createOwnership, createPeopleDirectory } from './people-directory.ts'
import { createPeopleLinks } from './people-links.ts'
import { permissions } from './permissions.ts'
import { createPlaces } from './places.ts'
import { createProblemPlaces } from './problem-places.ts'
import { createProblemService, problemService } from './problem-service.ts'
import { annotate } from './processors/annotate.ts'
import { createProposalService } from './proposal-service.ts'
import { createOrigins, originsRef } from './provenance.ts'
import { createRegistered } from './register/registered.ts'
import { createRegisterService, registerRef } from './register/service.ts'
import { createRegisteredSources } from './register/sources.ts'
import { changeRoutes } from './routes/changes.ts'
import { contributorRoutes } from './routes/contributors.ts'
import { entityRoutes } from './routes/entity.ts'
import { listRoutes } from './routes/list.ts'
import { organisationRoutes } from './routes/organisation.ts'
import { pagesRef } from './routes/pages.ts'
import { problemRoutes } from './routes/problems.ts'
import { proposalRoutes } from './routes/proposals.ts'
import { registerRoutes } from './routes/register.ts'
import { sourceRoutes } from './routes/sources.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { checkRules } from './rules.ts'
import { searchSources } from './search-documents.ts'
import { createSeenSources, seenSourcesRef } from './seen-sources.ts'
import { catalogService, createCatalogService } from './service.ts'
import { createWebhooks, webhooksRef } from './webhooks/service.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../../${name}/catalog`, import.meta.url))

/** The catalog: everything the sources define, with owners, relations and problems. */
export const catalog = (given: z.input<typeof CatalogOptions> = {}): Plugin => {
  const options = CatalogOptions.parse(given)
  return definePlugin({
    name: 'catalog',
    apiVersion: 1,
    options,
    permissions,
    routes: [
      ...listRoutes,
      ...apiRoutes,
      ...sourceRoutes,
      ...registerRoutes,
      ...webhookRoutes,
      ...problemRoutes,
      ...changeRoutes,
      ...organisationRoutes,
      ...contributorRoutes,
      ...proposalRoutes,
      ...entityRoutes,
    ],
    nav: [...nav, ...organisationNav],
    homeCards: [...ownWorkCards, ...homeCards],
    entityTabs: [...organisationTabs, ...entityTabs],
    entityCards: [...organisationCards, ...contributorCards, ...entityCards, ...factCards],
    facts: repositoryFacts,
    kinds: builtinKinds,
    providers: options.providers,
    processors: [annotate],
    searchSources,
    jobs,
    commands,
    tables: { migrations: folder('migrations') },
    views: folder('views'),
    setup(ctx) {
      const contributions = ctx.use(contributionsRef)
      checkRules(contributions, options.rules)
      const policy = () => ctx.tryUse(policySeam) ?? openPolicy
      const service = createCatalogService(ctx, policy)
      const { registrations, maxFileBytes } = options
      const tools = { http: ctx.http, guard: ctx.use(addressGuard), maxFileBytes, ...registrations }
      const sources = createRegisteredSources(tools)
      const registered = createRegistered(ctx.db.read, sources)
      const crawler = createCrawler(ctx, options, () => contributions, registered)
      const rivals = createHiddenRivals(ctx, service, policy)
      const seen = createSeenSources(ctx, service, crawler, policy, rivals)
      const register = createRegisterService({
        ctx,
        crawler,
        registered,
        sources,
        options: registrations,
        policy,
        seen,
      })
      const places = createPlaces(crawler, ctx.log)
      const origins = createOrigins({ ctx, service, crawler, places, contributions })
      const fields = createFieldPages(origins, service, crawler)
      const problems = createProblemService(ctx, service, policy, rivals)
      const kinds = () => ({
        kinds: new Map(contributions.kinds.map(({ spec }) => [spec.kind, spec])),
        processors: contributions.processors.map(({ spec }) => spec),
      })
      const history = createHistoryService(ctx, service, policy, kinds)
      const definitions = createDefinitionService(ctx, service, policy, kinds)
      const near = createNearService(ctx, service, policy)
      const links = createPeopleLinks(ctx, policy)
      const codeOwners = createCodeOwnersReader(crawler, links)
      const contributors = createContributorReader(ctx, crawler)
      const proposals = createProposalService(ctx, service, crawler)
      const sights = createFileSights(ctx, service, policy)
      const problemPlaces = createProblemPlaces({ service, definitions, near, crawler, places, codeOwners, sights })
      const earlier = createEarlierPages({ service, history, contributions, now: ctx.now })
      const organisation = createOrganisationService(ctx, service, policy)
      const title = ctx.use(portalTitle)
      const problemPages = createProblemPages({ ctx, service, problems, seen, places: problemPlaces })
      const facts = setUpFacts({ ctx, contributions, policy })
      ctx.provide(catalogService, service)
      ctx.provide(contributorReaderRef, contributors)
      ctx.provide(problemService, problems)
      ctx.provide(historyService, history)
      ctx.provide(organisationService, organisation)
      ctx.provide(catalogReader, service)
      ctx.provide(catalogGraph, createGraphService(ctx, service, policy, contributions))
      const ownWork = createOwnWork(ctx, service, policy)
      ctx.provide(ownWorkRef, ownWork)
      ctx.provide(
        markedThings('entity'),
        createMarkedEntities({ work: ownWork, catalog: service, names: kindNames(contributions), policy }),
      )
      ctx.provide(originsRef, origins)
      ctx.provide(crawlerRef, crawler)
      ctx.provide(seenSourcesRef, seen)
      ctx.provide(registerRef, register)
      ctx.provide(webhooksRef, createWebhooks(ctx, crawler, options.webhooks))
      const entityPages = createEntityPages({
        service,
        crawler,
        places,
        contributions,
        policy,
        problems: problemPages,
        problemPlaces,
        earlier,
        fields,
        facts,
        sights,
        stars: () => ctx.tryUse(starsRef),
        now: ctx.now,
      })
      ctx.provide(pagesRef, {
        list: createListPages(ctx, service, crawler, contributions, facts),
        entity: entityPages,
        fields,
        problems: problemPages,
        codes: createCodePages(),
        definitions: createDefinitionPages({
          service,
          definitions,
          crawler,
          places,
          problemPlaces,
          sights,
          contributions,
        }),
        changes: createChangePages({ service, history, crawler, contributions, title }),
        contributors: createContributorPages({ service, crawler, reader: contributors, codeOwners, links }),
        earlier,
        organisation: createOrganisationPages(service, organisation, contributions),
        sources: createSourcePages({ ctx, crawler, seen, problems, problemPlaces }),
        register: createRegisterPages({ ctx, service, register, crawler, seen }),
        written: createWrittenPages({ ctx, service, crawler, places, proposals, kinds }),
      })
      ctx.provide(catalogSummary, createSummariser(service, seen, problems, contributions))
      ctx.provide(sourceLines, (actor) => listSourceLines(crawler, seen, actor))
      registerMetrics(ctx.use(metricsRegistry), ctx.db, crawler)
      provideDirectory(ctx)
      ctx.provide(peopleDirectory, createPeopleDirectory(ctx))
      ctx.provide(ownershipSeam, createOwnership(contributions))
      ctx.provide(entityStockSeam, createEntityStock(ctx, crawler, contributions))
      announceChanges(ctx)
      heedCancelled(ctx, crawler, options.every)
      prepareFirstPages(ctx, service, entityPages)
      prepareFirstHistories(ctx, { crawler, origins, codeOwners })
      ctx.on(portalStarted, () => crawler.start())
    },
  })
}
