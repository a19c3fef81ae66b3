import { z } from 'zod'
import { durationOption } from '../../api/duration-option.ts'
import { parseRef } from '../../api/ref.ts'

/** The rules by which a person is found in the catalog. */
export const matchRules = ['annotation', 'email', 'email-name', 'name'] as const
export type MatchRule = (typeof matchRules)[number]

const duration = durationOption('12h or 7d')

const header = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'write the name of a header such as x-forwarded-user')
  .transform((name) => name.toLowerCase())

const network = z.string().refine(isNetwork, {
  message: 'write an address or a network such as 127.0.0.1, 10.0.0.0/8 or fd00::/8',
})

const person = z.string().refine(
  (text) => {
    try {
      return ['user', 'group'].includes(parseRef(text).kind.toLowerCase())
    } catch {
      return false
    }
  },
  { message: 'write a reference such as user:default/ada or group:default/platform' },
)

/** What a way to sign in needs to have to be one. */
interface Way {
  readonly id: string
  readonly title: string
  open(host: never): unknown
}
const isWay = (value: unknown): value is Way =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  /^[a-z][a-z0-9-]{0,31}$/.test(value.id) &&
  'open' in value

/** Names that stand for something else in what is stored. */
const takenIds = ['local', 'proxy', 'guest']

export const ProxyOptions = z.strictObject({
  header: header.describe('The header that names the person; it is believed from the addresses below alone.'),
  email: header.optional().describe('The header with the e-mail address of the person.'),
  name: header.optional().describe('The header with the name of the person, for display.'),
  from: z.array(network).min(1).describe('Addresses and networks of the proxies that may say who somebody is.'),
})
export type ProxyOptions = z.output<typeof ProxyOptions>

const member = z.string().refine((text) => text.startsWith('token:') || person.safeParse(text).success, {
  error: ({ input }) => `"${input}" cannot be in a role; write group:NAMESPACE/NAME, user:NAMESPACE/NAME or token:NAME`,
})

/** What `allow()` and `deny()` return, checked by them. */
interface MadeRule {
  readonly effect: 'allow' | 'deny'
  readonly place: object | undefined
}
const isMadeRule = (value: unknown): value is MadeRule =>
  typeof value === 'object' && value !== null && Object.isFrozen(value) && 'effect' in value && 'place' in value

const roles = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'write the name of a role in lower-case letters, digits and hyphens'),
  z.array(member),
)

export const SessionOptions = z.strictObject({
  idle: duration.default('7d').describe('How long nothing may be asked before a session ends.'),
  absolute: duration.default('30d').describe('How long a session lasts however busy it is.'),
})

export const AccessOptions = z.strictObject({
  providers: z
    .array(z.custom<Way>(isWay, { message: 'give what github({ … }) or oidc({ … }) returns' }))
    .default([])
    .superRefine((all, ctx) => {
      for (const [index, { id }] of all.entries()) {
        const first = all.findIndex((one) => one.id === id)
        const problem = takenIds.includes(id)
          ? `the id ${id} stands for something else`
          : first < index && `the id ${id} is there twice`
        if (problem) ctx.addIssue({ code: 'custom', path: [index], message: `${problem}; give it another id` })
      }
    })
    .describe('Other systems that say who somebody is.'),
  local: z
    .boolean()
    .default(true)
    .describe('Whether accounts with a password of the portal’s own are a way to sign in.'),
  guest: z
    .boolean()
    .default(false)
    .describe('Whether everybody may do everything as long as there is no administrator.'),
  proxy: ProxyOptions.optional().describe('A proxy in front that signs people in and names them in a header.'),
  match: z
    .array(z.enum(matchRules))
    .default([...matchRules])
    .refine((all) => new Set(all).size === all.length, { message: 'name each rule once' })
    .describe('By which rules, in this order, a person is found among the Users of the catalog.'),
  admit: z.boolean().default(false).describe('Whether those get in who are no User of the catalog.'),
  administrators: z.array(person).default([]).describe('Users and groups who may do everything.'),
  preset: z
    .enum(['open', 'strict'])
    .default('open')
    .describe('What holds besides the rules: `open`, or `strict` for nothing that no rule allows.'),
  roles: roles.default({}).describe('Names for sets of users, groups and tokens, for the rules.'),
  rules: z
    .array(z.custom<MadeRule>(isMadeRule, { message: 'give what allow(…) or deny(…) returns' }))
    .default([])
    .describe('What is allowed and denied, to whom and for which entities.'),
  sessions: SessionOptions.prefault({}).describe('How long one stays signed in.'),
})
export type AccessOptions = z.output<typeof AccessOptions>

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = z.ipv4().safeParse(address).success ? 4 : z.ipv6().safeParse(address).success ? 6 : 0
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}
