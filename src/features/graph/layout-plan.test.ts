import { expect, test } from 'vitest'
import { dotOf, type LayoutPlan, layoutOf } from './layout-plan.ts'

const plan: LayoutPlan = {
  direction: 'TB',
  straight: true,
  nodes: [
    { width: 144, height: 46 },
    { width: 72, height: 46 },
  ],
  edges: [
    { from: 0, to: 1, label: { width: 60.2, height: 14 } },
    { from: 1, to: 0, label: null },
  ],
}

test('a plan names nodes and edges by number, in inches, with boxes kept free for words', () => {
  const dot = dotOf(plan)
  expect(dot).toContain('rankdir=TB')
  expect(dot).toContain('splines=polyline')
  expect(dot).toContain('n0[width=2.000 height=0.639]')
  expect(dot).toContain('n0->n1[id=0 label=<<table border="0" fixedsize="true" width="61" height="14">')
  expect(dot).toContain('n1->n0[id=1]')
})

test('a tangle is drawn with straight lines and less effort', () => {
  const nodes = Array.from({ length: 100 }, () => ({ width: 100, height: 40 }))
  const edges = Array.from({ length: 231 }, (_, at) => ({ from: at % 100, to: (at * 7) % 100, label: null }))
  expect(dotOf({ ...plan, straight: false, nodes, edges })).toContain('splines=line nslimit')
  expect(dotOf({ ...plan, straight: false, nodes, edges: edges.slice(0, 229) })).toContain('splines=true')
  expect(dotOf({ ...plan, hasty: true })).toContain('splines=line nslimit')
})

const answer = {
  bb: '0,0,200,100',
  objects: [
    { name: 'n1', pos: '150,90' },
    { name: 'n0', pos: '50,10' },
  ],
  edges: [
    { id: '1', pos: '150,80 140,60 60,40 50,30' },
    { id: '0', pos: '1,2 3,4 5,6 7.04,8', lp: '100,50' },
  ],
}

test('an answer is turned upside down and put into the order of the plan', () => {
  expect(layoutOf(JSON.stringify(answer), plan)).toEqual({
    width: 200,
    height: 100,
    nodes: [
      [50, 90],
      [150, 10],
    ],
    edges: [
      { path: 'M1,98C3,96 5,94 7,92', label: [100, 50] },
      { path: 'M150,20C140,40 60,60 50,70', label: null },
    ],
  })
})

test('an answer that lacks something or cannot be read is an error that says what', () => {
  const without = { ...answer, edges: answer.edges.slice(1) }
  expect(() => layoutOf(JSON.stringify(without), plan)).toThrow('Graphviz left out edge 1')
  const odd = { ...answer, objects: [{ name: 'n0', pos: 'here' }] }
  expect(() => layoutOf(JSON.stringify(odd), plan)).toThrow('Graphviz gave "here" for a point')
})
