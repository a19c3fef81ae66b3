import { recordOf } from '../manifest.ts'

/** @returns undefined for what is no TOML */
export async function readToml(text: string): Promise<Record<string, unknown> | undefined> {
  // Loaded with the first file: most portals read none.
  const { parse } = await import('smol-toml')
  try {
    return recordOf(parse(text))
  } catch {
    return undefined // What is no TOML says nothing; its own tools tell its people.
  }
}
