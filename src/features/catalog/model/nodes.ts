import {
  Composer,
  type Document,
  type DocumentOptions,
  Lexer,
  type ParseOptions,
  Parser,
  type SchemaOptions,
} from 'yaml'
import { parseLimits } from './limits.ts'

/**
 * `yaml` reads as the reference does, once its dates, bytes and merge keys stay off even on request. Its check for
 * double keys takes time by the square of their number; `structureProblems` does it instead.
 */
const options: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'core',
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
  logLevel: 'silent',
  prettyErrors: false,
}

/** What the time depends on: a long text is one token. So many take a third of a second at worst. */
export const mostTokens = 60_000

/** Composing goes as deep as the document: near the end of the stack V8 may end the process instead of throwing. */
const deepest = 2 * parseLimits.depth

/** The text is left alone, because it would take too long or go too deep. */
export interface Refusal {
  refused: 'long' | 'deep'
  /** Where in the text that became clear. */
  offset: number
}

export interface NodesOfText {
  documents: Document[]
  /** How much there was to read. */
  tokens: number
}

/** The documents of a text as trees of nodes that know their place, with everything that is wrong with them. */
export function readNodes(text: string, most = mostTokens): NodesOfText | Refusal {
  const read = tokensOf(text, most)
  if ('refused' in read) return read
  const { stackTraceLimit } = Error
  // Every fault is an Error, and a hostile text has a hundred thousand: stacks would take most of the time.
  Error.stackTraceLimit = 0
  try {
    return { documents: [...new Composer(options).compose(read.tokens)], tokens: read.count }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

type Token = Parameters<Composer['next']>[0]

function tokensOf(text: string, most: number): { tokens: Token[]; count: number } | Refusal {
  const parser = new Parser()
  const tokens: Token[] = []
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    count += 1
    if (count > most) return { refused: 'long', offset: parser.offset }
    if (parser.stack.length > deepest) return { refused: 'deep', offset: parser.offset }
  }
  tokens.push(...parser.end())
  return { tokens, count }
}
