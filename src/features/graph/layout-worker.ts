import { Graphviz } from '@hpcc-js/wasm-graphviz'
import { messageOf } from '../../api/errors.ts'
import { dotOf, type Layout, type LayoutPlan, layoutOf } from './layout-plan.ts'

export interface LayoutRequest {
  turn: number
  plan: LayoutPlan
}

export type LayoutAnswer = { turn: number } & ({ layout: Layout } | { failure: string })

const loading = Graphviz.load()

process.on('message', async ({ turn, plan }: LayoutRequest) => {
  const answer = await drawn(plan).then(
    (layout) => ({ turn, layout }),
    (error: unknown) => ({ turn, failure: messageOf(error) }),
  )
  process.send?.(answer satisfies LayoutAnswer)
})

async function drawn(plan: LayoutPlan): Promise<Layout> {
  const graphviz = await loading
  // The package's types lack this format of Graphviz, which is `json` without the steps of drawing.
  return layoutOf(graphviz.layout(dotOf(plan), 'json0' as 'json', 'dot'), plan)
}
