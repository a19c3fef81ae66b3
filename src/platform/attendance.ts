const waiting = new Set<object>()

/** Who waits for a page. Long work in this process gives way, so that a page takes as long as it does on a quiet day. */
export const attendance = {
  came: (request: object): void => void waiting.add(request),
  /** Answered or gone; to say so twice does no harm. */
  left: (request: object): void => void waiting.delete(request),
  isAnybodyWaiting: (): boolean => waiting.size > 0,
}
