import { z } from 'zod'
import { durationOption } from '../../api/duration-option.ts'

const count = (most: number) => z.number().int().min(1).max(most)

const RateOptions = z.strictObject({
  perSecond: count(100_000).default(50).describe('Requests a second that one may send for long'),
  burst: count(1_000_000).default(1000).describe('Requests that one may send at once, after a pause'),
})

const HeavyOptions = z.strictObject({
  atOnce: count(1000).default(8).describe('How many are worked on at the same time'),
  perPerson: count(10_000).default(100).describe('How many of one person are worked on or wait'),
  waiting: count(100_000).default(1000).describe('How many of everybody wait'),
})

const StreamOptions = z.strictObject({
  perPerson: count(10_000).default(24).describe('Open pages of one person that are told of changes'),
  inAll: count(100_000).default(500).describe('Open pages of everybody that are told of changes'),
})

/** How much of the portal anybody may take up. */
export const LimitOptions = z.strictObject({
  rate: z
    .union([RateOptions, z.literal(false)])
    .prefault({})
    .describe('Requests of one person, or of one address where nobody is signed in; false counts none'),
  heavy: HeavyOptions.prefault({}).describe('Work that takes long: pictures of the graph, exports, searches, reviews'),
  streams: StreamOptions.prefault({}).describe('Open pages that are told of changes'),
  bodyBytes: count(100_000_000).default(1_048_576).describe('Largest form or document that is sent to the portal'),
  requestTime: durationOption('10s or 1m').default('30s').describe('How long a request may take to arrive'),
  answerTime: durationOption('30s or 2m').default('60s').describe('How long an answer may take to be made'),
})

export type Limits = z.output<typeof LimitOptions>

export const defaultLimits: Limits = LimitOptions.parse({})
