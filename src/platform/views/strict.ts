/**
 * Props that throw when something is read that is not there: `if (it.misspelt)` fails instead of being false.
 * What may be absent is `null` in our props, or read with `given(object, name)`.
 */
export function guard<T extends object>(props: T, path: string): T {
  return new Proxy(props, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (value === undefined && typeof name === 'string' && !name.startsWith('__') && !(name in target)) {
        throw new TypeError(`${path} has no "${name}"; it has ${Object.keys(target).join(', ') || 'nothing'}`)
      }
      return isPlain(value) ? guard(value, `${path}.${String(name)}`) : value
    },
  })
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}
