import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type RenderedMarkdown, renderMarkdown } from '../../../platform/markdown/markdown.ts'
import { problemCodes } from '../model/problem.ts'

/** `catalog/codes`: what each code means. */
export interface CodesPage {
  /** The page of the documentation, as markup. */
  html: string
  /** Its sections with their codes, for those who look for one. */
  groups: readonly { title: string; href: string; codes: readonly { code: string; title: string; href: string }[] }[]
}

export interface CodePages {
  /** Props of the page, and the key under which they stay the same. */
  codes(): Promise<{ props: CodesPage; key: string }>
}

const file = new URL('../../../../docs/problems.md', import.meta.url)

/** The page of the documentation on problems, shown by the portal itself. It is read when somebody first asks. */
export function createCodePages(): CodePages {
  let known: ReturnType<CodePages['codes']> | undefined
  return {
    codes() {
      known ??= read().catch((error: unknown) => {
        known = undefined
        throw error
      })
      return known
    },
  }
}

async function read() {
  // Only links within the page lead anywhere here.
  const link = (href: string) => (href.startsWith('#') ? href : null)
  const rendered = await renderMarkdown(await readFile(file, 'utf8'), { link })
  const key = createHash('sha1').update(rendered.html).digest('hex')
  return { props: { html: rendered.html, groups: groupsOf(rendered) }, key }
}

function groupsOf({ headings }: RenderedMarkdown): CodesPage['groups'] {
  const groups: { title: string; href: string; codes: { code: string; title: string; href: string }[] }[] = []
  for (const { level, id, text } of headings) {
    if (level === 2) groups.push({ title: text, href: `#${id}`, codes: [] })
    const title = (problemCodes as Record<string, string>)[text]
    if (level === 3 && title !== undefined) groups.at(-1)?.codes.push({ code: text, title, href: `#${id}` })
  }
  return groups
}
