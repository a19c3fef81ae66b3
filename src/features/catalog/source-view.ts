import { posix } from 'node:path'
import type { Tree, TreeNode } from './views.ts'

export interface TreeArgs {
  /** The entity's own file: the tree shows the folder it stands in. */
  root: string
  /** The file that is shown. */
  current: string
  hrefOf(path: string): string
}

const most = 500

interface Folder {
  folders: Map<string, Folder>
  files: string[]
}

/** Files beside and below the entity's own file, folders first; those on the way to the current file are open. */
export function fileTree(paths: readonly string[], { root, current, hrefOf }: TreeArgs): Tree {
  const folder = posix.dirname(root)
  const prefix = folder === '.' ? '' : `${folder}/`
  const inside = paths.filter((path) => path.startsWith(prefix))
  const top: Folder = { folders: new Map(), files: [] }
  for (const path of inside.slice(0, most)) place(top, path.slice(prefix.length).split('/'), path)
  return {
    title: folder === '.' ? 'Files' : folder,
    nodes: nodesOf(top, prefix, current, hrefOf),
    more: Math.max(0, inside.length - most),
  }
}

function place(folder: Folder, parts: readonly string[], path: string): void {
  const [first, ...rest] = parts
  if (first === undefined) return
  if (rest.length === 0) {
    folder.files.push(path)
    return
  }
  const next = folder.folders.get(first) ?? { folders: new Map(), files: [] }
  folder.folders.set(first, next)
  place(next, rest, path)
}

function nodesOf(folder: Folder, prefix: string, current: string, hrefOf: TreeArgs['hrefOf']): TreeNode[] {
  const folders = [...folder.folders]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, inner]): TreeNode => {
      const path = `${prefix}${name}/`
      return { name, icon: 'folder', open: current.startsWith(path), children: nodesOf(inner, path, current, hrefOf) }
    })
  const files = folder.files.map(
    (path): TreeNode => ({ name: posix.basename(path), href: hrefOf(path), icon: 'file', current: path === current }),
  )
  return [...folders, ...files]
}
