import type { Entity } from '../../api/entity.ts'
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
}
