import { defineConfig } from 'callboard'
import { catalog, folderProvider } from 'callboard/features'

export default defineConfig({
  title: 'Brackenlow',
  plugins: [catalog({ providers: [folderProvider({ path: './examples', title: 'Examples' })] })],
})
