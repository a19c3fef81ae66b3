import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Entity, JsonObject } from '../../api/entity.ts'
import type { Log } from '../../api/plugin.ts'
import type { FileContent } from './crawl.ts'
import type { FinishedDocument, UnfinishedDocument } from './finished-document.ts'
import type { DocumentPath } from './model/json-value.ts'
import { type Placeholder, placeholdersOf } from './model/placeholders.ts'
import type { DocumentProblem } from './model/problem.ts'
import type { DocumentsWork, FilesWork, ParseAnswer, ParsedContent, ParseRequest, Work } from './parse-worker.ts'
import type { ReadDocument, ReadFile } from './reading.ts'

export interface ParsedDocument extends ReadDocument {
  /** No kind that comes with the portal; a plugin may know it. */
  foreignKind?: boolean
  /** The document itself, where it must be looked at again. */
  value?: JsonObject
  /** What it takes from other files: it must be finished with their content. */
  placeholders?: readonly Placeholder[]
  /** Where placeholders still stand in a document that was finished. */
  open?: readonly DocumentPath[]
  entity: Entity | undefined
}

export interface ParsedFile extends ReadFile {
  documents: readonly ParsedDocument[]
}

/** Parses and validates files off the main thread. A file that takes too long or too much memory costs only itself. */
export interface Parser {
  parse(files: readonly FileContent[], signal: AbortSignal): Promise<ParsedFile[]>
  /** Fills in the placeholders of documents that `parse` left unfinished. @returns one for each, in their order */
  finish(work: DocumentsWork, signal: AbortSignal): Promise<FinishedDocument[]>
  /** Starts the worker ahead of the first batch, while its files are being found. */
  warm(): void
  close(): Promise<void>
}

export interface ParserOptions {
  log: Log
  /** Milliseconds for one batch of files. */
  deadline?: number
  /** Milliseconds after which an idle worker is let go: it holds 80 MB. */
  idle?: number
  /** MiB that parsing may take. */
  memory?: number
}

const host = fileURLToPath(new URL('../../../bin/worker.mjs', import.meta.url))
const entry = new URL('./parse-worker.ts', import.meta.url).href

/** The batch could not be parsed as a whole: too slow, too large, or the worker died of it. */
class BatchFailure extends Error {}

export function createParser({ log, deadline = 20_000, idle = 5_000, memory = 384 }: ParserOptions): Parser {
  let worker: ChildProcess | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let batches = 0
  let queue: Promise<unknown> = Promise.resolve()

  function stop(): void {
    clearTimeout(idleTimer)
    worker?.kill('SIGKILL')
    worker = undefined
  }

  function start(): ChildProcess {
    const started = fork(host, [entry], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${memory}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    // The portal may end without it.
    started.unref()
    started.channel?.unref()
    started.once('exit', () => {
      if (worker === started) worker = undefined
    })
    return started
  }

  async function ask(work: Work, signal: AbortSignal): Promise<ParseAnswer> {
    clearTimeout(idleTimer)
    worker ??= start()
    const asked = worker
    const batch = ++batches
    asked.channel?.ref()
    try {
      return await answerOf(asked, { batch, ...work }, deadline, signal)
    } catch (error) {
      stop()
      throw error
    } finally {
      asked.channel?.unref()
      restUntilAsked()
    }
  }

  function restUntilAsked(): void {
    clearTimeout(idleTimer)
    idleTimer = setTimeout(stop, idle)
    idleTimer.unref()
  }

  /** A batch that fails is tried file by file, so that the one to blame is known and the others are kept. */
  async function parseAll(files: FilesWork['files'], signal: AbortSignal): Promise<Map<string, ParsedContent>> {
    try {
      return new Map((await ask({ files }, signal)).files.map((answer) => [answer.path, answer]))
    } catch (error) {
      if (!(error instanceof BatchFailure)) throw error
      const [first] = files
      if (files.length === 1 && first) {
        log.warn({ file: first.path }, error.message)
        return new Map([[first.path, { path: first.path, documents: [], problems: [tooMuch(error)] }]])
      }
    }
    const answers = new Map<string, ParsedContent>()
    for (const file of files) for (const entry of await parseAll([file], signal)) answers.set(...entry)
    return answers
  }

  /** The same, document by document. */
  async function finishAll({ documents, contents }: DocumentsWork, signal: AbortSignal): Promise<FinishedDocument[]> {
    try {
      return (await ask({ documents, contents }, signal)).documents
    } catch (error) {
      if (!(error instanceof BatchFailure)) throw error
      const [first] = documents
      if (documents.length === 1 && first) {
        log.warn({ position: first.position }, `${error.message}, with what a document takes from other files`)
        const { position, ref, problems } = first
        const all = [...problems, tooMuchFilled(error, first.value)]
        return [{ position, ref, entity: undefined, problems: all, filled: [] }]
      }
    }
    const finished: FinishedDocument[] = []
    for (const document of documents) finished.push(...(await finishAll(alone(document, contents), signal)))
    return finished
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work)
    // What it gave is not kept until the next one comes.
    queue = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }

  return {
    parse: (contents, signal) =>
      inTurn(async () => {
        const files = contents.flatMap(({ entry, bytes }) => (bytes ? [{ path: entry.path, bytes }] : []))
        const answers = files.length > 0 ? await parseAll(files, signal) : new Map<string, ParsedContent>()
        return contents.map((content) => fileOf(content, answers.get(content.entry.path)))
      }),
    finish: (work, signal) => inTurn(() => finishAll(work, signal)),
    warm() {
      worker ??= start()
      restUntilAsked()
    },
    close: async () => stop(),
  }
}

function answerOf(
  worker: ChildProcess,
  request: ParseRequest,
  deadline: number,
  signal: AbortSignal,
): Promise<ParseAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail('Parsing took too long'), deadline)
    const onMessage = (answer: ParseAnswer) => {
      if (answer.batch === request.batch) settle(() => resolve(answer))
    }
    const onError = (error: Error) => fail(`Parsing failed: ${error.message}`)
    const onExit = () => fail('Parsing ended before its time')
    const onAbort = () => settle(() => reject(signal.reason))
    const fail = (message: string) => settle(() => reject(new BatchFailure(message)))
    const settle = (then: () => void) => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
      then()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort)
    worker.send(request, (error) => error && onError(error))
  })
}

function tooMuch(error: BatchFailure): DocumentProblem {
  return {
    severity: 'error',
    code: 'file-too-hard',
    path: [],
    message: `${error.message}: the file was left out`,
    hint: 'Cut it into several files, or remove deep nesting and aliases.',
  }
}

function tooMuchFilled(error: BatchFailure, value: JsonObject): DocumentProblem {
  const { placeholders } = placeholdersOf(value)
  const [first] = placeholders
  // A text is taken as it stands: what had to be parsed is to blame.
  const { path = [] } = placeholders.find(({ key }) => key === '$json' || key === '$yaml') ?? first ?? {}
  return {
    severity: 'error',
    code: 'file-too-hard',
    path,
    message: `${error.message}, with what this document takes from other files`,
    hint: 'Write $text to have a file as it stands, or name smaller files.',
  }
}

/** One document with the files that it names, and no others. */
function alone(document: UnfinishedDocument, contents: readonly Uint8Array[]): DocumentsWork {
  const own: Uint8Array[] = []
  const uses = document.uses.map((use) => {
    const bytes = typeof use === 'number' ? contents[use] : undefined
    return bytes ? own.push(bytes) - 1 : use
  })
  return { documents: [{ ...document, uses }], contents: own }
}

function fileOf({ entry, parent, problem }: FileContent, answer: ParsedContent | undefined): ParsedFile {
  const problems = [...(problem ? [problem] : []), ...(answer?.problems ?? [])]
  const unreadable =
    answer === undefined || (answer.documents.length === 0 && problems.some(({ severity }) => severity === 'error'))
  return { path: entry.path, blob: entry.blob, parent, documents: answer?.documents ?? [], problems, unreadable }
}
