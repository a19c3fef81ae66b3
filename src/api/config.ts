import type { Plugin } from './plugin.ts'

/** What `portal.config.ts` exports. */
export interface PortalConfig {
  /** Name of the portal, at the top left of every page. */
  title?: string
  /** Address under which people reach the portal, such as `https://portal.acme.dev`; from HOST and PORT unless given. */
  baseUrl?: string
  /** Order is the order of navigation, tabs and cards. Falsy entries drop out. */
  plugins?: readonly (Plugin | false | null | undefined | '' | 0)[]
}

/**
 * Declares the portal; it only types what you write. Checks run at start, all at once.
 * @example export default defineConfig({ title: 'Acme', plugins: [catalog({ providers: [] })] })
 */
export function defineConfig(config: PortalConfig): PortalConfig {
  return config
}
