let folder: string | undefined

/** Called before a configuration is imported, so that what it names by a relative path is found beside it. */
export function setConfigurationFolder(path: string): void {
  folder = path
}

/** The folder of the configuration, absolute; the working directory when none was read from a file. */
export function configurationFolder(): string {
  return folder ?? process.cwd()
}
