import v8 from 'node:v8'

/**
 * A portal's live data is small, since it lies in SQLite; left alone, the heap would grow to several times of it, and
 * the compilers' working memory, which the allocator does not give back, to more than the heap. Maglev is off by
 * default up to Node 22. For size alone the heap would be collected whenever it has grown by 8 MB, which pages that nobody
 * asked for before do four times a second. Whoever sizes the young generation by a flag of Node's own gets that.
 */
export function preferLittleMemory() {
  v8.setFlagsFromString('--optimize-for-size')
  v8.setFlagsFromString('--heap-growing-percent=30')
  v8.setFlagsFromString('--no-maglev')
  if (!process.execArgv.some((flag) => flag.includes('semi-space')))
    v8.setFlagsFromString('--semi-space-growth-factor=1')
}
