import type { Entity } from '../../api/entity.ts'
import type { Fill } from './model/filling.ts'
import type { DocumentProblem } from './model/problem.ts'

/** One document of a file, after parsing, validation and processing. */
export interface ReadDocument {
  /** Counts the non-empty documents of the file from 0. */
  position: number
  /** As far as it can be told, also of a document that is not valid. */
  ref: string | undefined
  /** Absent when the document must be left out. */
  entity: Entity | undefined
  problems: readonly DocumentProblem[]
  /** What came from other files. */
  fills?: readonly Fill[]
  /** The source may not define it: what it defined before goes. */
  refused?: true
}

/** A file that documents of another one take something from, or would if it were there. */
export interface Inclusion {
  /** Null for an address that no source has. */
  sourceId: string | null
  /** The path in that source, or the address. */
  file: string
  /** The content that was read; null where there was none. */
  blob: string | null
}

/** One file of a source, as far as it could be read. */
export interface ReadFile {
  path: string
  blob: string
  /** The file whose Location led here. */
  parent: string | undefined
  documents: readonly ReadDocument[]
  /** Of the file as a whole. */
  problems: readonly DocumentProblem[]
  /** The content could not be had or not be parsed: what it defined before stays. */
  unreadable: boolean
  inclusions?: readonly Inclusion[]
}
