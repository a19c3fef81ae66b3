import { defineConfig } from 'vitest/config'

const conventions = ['src/*.test.ts']
const browser = ['src/**/*.browser.test.ts']

export default defineConfig({
  test: {
    pool: 'forks', // A worker thread that is ended while it is inside SQLite takes the process with it.
    maxWorkers: 2,
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Other work on a shared machine may break a test that times out; the report says which was tried again.
    retry: process.env.CI ? 2 : 0,
    projects: [
      { extends: true, test: { name: 'conventions', include: conventions } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,plugins}/**/*.test.ts', '{bench,scripts}/**/*.test.{ts,mjs}'],
          exclude: [...conventions, ...browser],
        },
      },
      {
        extends: true,
        test: { name: 'browser', include: browser, testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
