/** Props of `shared/_pager` for pages that are told apart by keys. */
export interface Pager {
  from: null
  to: null
  total: number
  previousHref: string | null
  nextHref: string | null
}

/** What a page by keys looks for: the one behind a record, or the one before it. */
export interface PageKeys {
  after?: string | undefined
  before?: string | undefined
}
