import { defineConfig, env } from 'callboard'
import { access, catalog, folderProvider } from 'callboard/features'

export default defineConfig({
  title: 'Brackenlow',
  plugins: [
    catalog({ providers: [folderProvider({ path: './examples', title: 'Examples' })] }),
    // Whoever lets others reach it, as the image does, has them sign in.
    env('HOST') && access(),
  ],
})
