/** The version of a card that shows nothing but what the catalog has. */
export const unchanged = (): string => ''
