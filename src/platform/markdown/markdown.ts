import { safeHref } from '../views/words.ts'
import { headingIds } from './heading-ids.ts'

export interface MarkdownOptions {
  /**
   * The address that a link gets, from the one that is written; null leaves only its text. Without it addresses stay as
   * they are. What could run as a program is left out either way.
   */
  link?(written: string): string | null
}

export interface Heading {
  /** 1 to 6. */
  level: number
  id: string
  /** Without markup. */
  text: string
}

export interface RenderedMarkdown {
  /** Safe to print as it is: markup in the text is shown and not obeyed, pictures are left out. */
  html: string
  headings: readonly Heading[]
}

/**
 * Markdown, with the tables and lists of GitHub's, as HTML for the class `markdown`.
 *
 * @example const { html } = await renderMarkdown('# Files\n\nSee [links](#links).')
 */
export async function renderMarkdown(text: string, options: MarkdownOptions = {}): Promise<RenderedMarkdown> {
  // Loaded when the first page needs it.
  const { Marked } = await import('marked')
  const idOf = headingIds()
  const headings: Heading[] = []
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const plain = unescaped(this.parser.parseInline(tokens, this.parser.textRenderer))
        const id = idOf(plain)
        headings.push({ level: depth, id, text: plain })
        return `<h${depth} id="${escaped(id)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      code: ({ text }) => `<pre class="code" tabindex="0"><code>${escaped(text)}\n</code></pre>\n`,
      html: ({ text }) => escaped(text),
      image: ({ text }) => escaped(text),
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens)
        const address = safeHref((options.link ? options.link(href) : href) ?? '')
        return address === null ? words : `<a class="link" href="${escaped(address)}">${words}</a>`
      },
    },
  })
  const html = marked.parse(text, { async: false })
  return { html, headings }
}

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
}

const written = new Map(Object.entries(signs).map(([sign, name]) => [name, sign]))

function unescaped(html: string): string {
  return html.replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => written.get(name) ?? name)
}
