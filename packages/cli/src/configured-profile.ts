import type { Configuration, Note, ProxySettings } from '@linux-sandbox/config'
import { builtinProfile, type PermissionProfile } from 'linux-sandbox'
import {
  defaultConfigurationPaths,
  environmentConfigurationPath,
  homeDirectory,
  readConfigurationFile,
  type ConfigurationFile,
} from './configuration-file.js'
import type { OptionValues } from './parse.js'

/** The profile that holds, and what was found odd in the configuration. */
export interface ConfiguredProfile {
  readonly profileName: string
  readonly profile: PermissionProfile
  readonly backend: Configuration['backend']
  readonly proxy: ProxySettings | undefined
  readonly unixSockets: boolean
  /** Where it was configured. */
  readonly configuration: string | undefined
  readonly notes: readonly Note[]
}

const DEFAULT_PROFILE = ':workspace'

/**
 * The profile that the options and the configuration come to, which keeps the command from configuring the next one.
 *
 * @throws {PolicyInvalidError} when the configuration cannot be read, with everything that is wrong in it.
 * @throws {UnknownProfileError} when a profile was named that does not exist.
 * @throws {PolicyUnsupportedError} when the command could change the configuration.
 */
export async function configuredProfile(values: OptionValues, directory: string): Promise<ConfiguredProfile> {
  const file = readConfigurationFile(values.text('config'))
  const chosen = await chooseProfile(values, { file, directory })
  const { guardConfiguration } = await import('./configuration-guard.js')
  const unused = defaultConfigurationPaths().filter((path) => path !== file?.path)
  const named = [file?.path, environmentConfigurationPath()].filter((path) => path !== undefined)
  const profile = guardConfiguration(chosen.profile, directory, { named, unused })
  return { ...chosen, profile, configuration: file?.path }
}

interface Sources {
  readonly file: ConfigurationFile | undefined
  readonly directory: string
}

async function chooseProfile(
  values: OptionValues,
  { file, directory }: Sources,
): Promise<Omit<ConfiguredProfile, 'configuration'>> {
  const overrides = values.texts('set')
  const name = values.text('profile')
  if (file === undefined && overrides.length === 0) {
    const profileName = name ?? DEFAULT_PROFILE
    return {
      profileName,
      profile: builtinProfile(profileName),
      backend: 'auto',
      proxy: undefined,
      unixSockets: false,
      notes: [],
    }
  }
  const { loadConfiguration } = await import('@linux-sandbox/config')
  return loadConfiguration({
    ...(file === undefined ? {} : { document: { name: file.path, text: file.text } }),
    overrides: [...overrides],
    profile: name,
    home: homeDirectory(),
    cwd: directory,
  })
}
