/**
 * How many an `LRUCache` keeps that is seldom full. By `max` it would take the place of all of them at once, which is
 * a megabyte for 50 000; so it grows with those that are there.
 */
export const upTo = (most: number) => ({ maxSize: most, sizeCalculation: one })

const one = () => 1
