const longest = 63

/** A legal name of an entity that reads like the given one; undefined where nothing of it is left. */
export function legalName(text: string): string | undefined {
  const name = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9._-]+/gi, '-')
    .replace(/[-._]{2,}/g, '-')
    .slice(0, longest)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/gi, '')
  return name === '' ? undefined : name
}

/** Hands out names, each only once: by letter case alone no two differ. */
export interface Names {
  /** The first of the wishes that is free, else the last of them with a number. */
  take(kind: string, wishes: readonly string[]): string
  reserve(kind: string, name: string): void
}

export function createNames(): Names {
  const taken = new Set<string>()
  const keyOf = (kind: string, name: string) => `${kind}:${name}`.toLowerCase()
  const isFree = (kind: string, name: string) => !taken.has(keyOf(kind, name))
  const numbered = (name: string, number: number) => `${name.slice(0, longest - 5)}-${number}`
  return {
    reserve: (kind, name) => void taken.add(keyOf(kind, name)),
    take(kind, wishes) {
      const legal = wishes.flatMap((wish) => legalName(wish) ?? [])
      const last = legal.at(-1) ?? 'unnamed'
      let name = legal.find((wish) => isFree(kind, wish)) ?? last
      for (let number = 2; !isFree(kind, name); number++) name = numbered(last, number)
      taken.add(keyOf(kind, name))
      return name
    },
  }
}
