import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'

/**
 * An environment variable, or the default.
 * @example port: Number(env('PORT', '7007'))
 */
export function env(name: string): string | undefined
export function env(name: string, fallback: string): string
export function env(name: string, fallback?: string): string | undefined {
  return process.env[name] || fallback
}

/** A value that prints as dots wherever it is shown; `reveal()` gives it to whom it is meant for. */
export class Secret {
  readonly name: string
  readonly #value: string

  constructor(name: string, value: string) {
    this.name = name
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '••••••'
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return `secret(${this.name})`
  }
}

/**
 * Reads a secret from the variable NAME, or from the file that NAME_FILE names.
 * @returns undefined when neither is set; the option that needs it then says so
 * @throws Error when NAME_FILE cannot be read
 */
export function secret(name: string): Secret | undefined {
  const direct = process.env[name]
  if (direct) return new Secret(name, direct)
  const file = process.env[`${name}_FILE`]
  return file ? new Secret(name, readFileSync(file, 'utf8').trimEnd()) : undefined
}
