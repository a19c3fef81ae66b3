/** Props of the views that plugins can name without bringing a template: `table`, `facts`, `tree`. */

/** A piece of data as people read it. A plain text or number is enough; an object adds a link, an icon, a state. */
export type Cell =
  | string
  | number
  | null
  | { text: string | number; href?: string; icon?: string; state?: CellState; title?: string }
  | { at: number }

/** `ok`, `warn` and `bad` are shown with an icon and the text, never by colour alone. */
export type CellState = 'ok' | 'warn' | 'bad' | 'plain'

export interface TableView {
  columns: readonly { title: string; align?: 'start' | 'end' }[]
  rows: readonly (readonly Cell[])[]
  /** Read out before the table. */
  caption?: string
  empty?: string
}

export interface FactsView {
  /** `from`: where the value was read, in a few words, or with more in a title and a link. */
  facts: readonly { title: string; value: Cell; from?: string | { text: string; title: string; href: string | null } }[]
  empty?: string
}

export interface TreeView {
  nodes: readonly TreeItem[]
  empty?: string
}

export interface TreeItem {
  name: string
  href?: string | null
  icon?: string
  current?: boolean
  open?: boolean
  children?: readonly TreeItem[]
}

/** Props of `shared/_empty`: why there is nothing, and what to do. */
export interface EmptyState {
  icon: string
  title: string
  text: string | null
  /** Exact lines to add. */
  code: string | null
  action: { title: string; href: string } | null
}

/** Props of the page `shared/error`, and of the region `shared/_error`. */
export interface ErrorState {
  code: import('../../api/errors.ts').ErrorCode
  title: string
  /** What happened and why. */
  message: string
  hint: string | null
  requestId: string | null
  /** Address of the same page, to try again; null when that cannot help. */
  retryHref: string | null
}
