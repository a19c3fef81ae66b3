const tests = new Set([
  'test',
  'tests',
  '__tests__',
  'spec',
  'fixtures',
  '__fixtures__',
  'testdata',
  'example',
  'examples',
  'samples',
  'templates',
  'skeleton',
  'mocks',
  '__mocks__',
])
const others = new Set([
  'vendor',
  'third_party',
  'third-party',
  'target',
  'dist',
  'build',
  'out',
  'coverage',
  '.venv',
  'venv',
])

/** Whether a file is there for tests, or as an example or template: what it says is not said of its repository. */
export function isForTests(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((part) => tests.has(part.toLowerCase()))
}

/** The same for what others wrote or a program made. */
export function isAside(path: string): boolean {
  return isForTests(path) || isMade(path)
}

export function isMade(path: string): boolean {
  return path.split('/').slice(0, -1).some(isMadeFolder)
}

export const isMadeFolder = (name: string) =>
  others.has(name.toLowerCase()) || name === '__pycache__' || name === '.tox'
