import { fillPlaceholders, type Query, type QueryWithTypings, SQL } from 'drizzle-orm'

type Dialect = Parameters<SQL['toQuery']>[0]
type Values = Record<string, unknown>

/**
 * A query whose text is put together once: drizzle takes as long for that as the database for the answer, and a page
 * asks a dozen. A scope is another text for each actor, so what is limited by one is put together each time.
 *
 * @param build holds `sql.placeholder('name')` where a value goes
 * @returns what makes a query of values, by name
 */
export function builtQuery(build: (scope: SQL | undefined) => SQL): (values: Values, scope?: SQL) => SQL {
  let whole: Template | undefined
  return (values, scope) => {
    if (scope) return new Filled(new Template(build(scope)), values)
    whole ??= new Template(build(undefined))
    return new Filled(whole, values)
  }
}

class Template {
  readonly #query: SQL
  #built: QueryWithTypings | undefined

  constructor(query: SQL) {
    this.#query = query
  }

  built(dialect: Dialect): Query {
    this.#built ??= this.#query.toQuery(dialect)
    return this.#built
  }
}

/** What drizzle asks for its text, with the values of one call. */
class Filled extends SQL {
  readonly #template: Template
  readonly #values: Values

  constructor(template: Template, values: Values) {
    super([])
    this.#template = template
    this.#values = values
  }

  override toQuery(dialect: Dialect): QueryWithTypings {
    const { sql, params } = this.#template.built(dialect)
    return { sql, params: fillPlaceholders(params, this.#values) }
  }
}
