export { admin } from './admin/index.ts'
export { catalog } from './catalog/index.ts'
export { folderProvider } from './catalog/providers/folder.ts'
export { home } from './home/index.ts'
