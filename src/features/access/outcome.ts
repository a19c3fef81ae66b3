import { FormFault } from './form-fault.ts'

/** What a form came to: done, or the same page again. */
export type Outcome<Done, Page> = { done: Done } | { again: Page; status: 409 | 422 | 429 }

const statuses: Record<string, 409 | 429> = { conflict: 409, rate_limited: 429 }

/** What is wrong with fields is said on the form; all else goes its way. */
export async function orAgain<Done, Page>(
  work: () => Promise<Done>,
  again: (faults: Readonly<Record<string, string | undefined>>) => Page,
): Promise<Outcome<Done, Page>> {
  try {
    return { done: await work() }
  } catch (error) {
    if (!(error instanceof FormFault)) throw error
    return { again: again(error.fields), status: statuses[error.code] ?? 422 }
  }
}
