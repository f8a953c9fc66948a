import { PROGRAM } from './helper/flags.js'

/** A function that is loaded when it is called: a program that imports this package may never need it, and importing is to cost little. */
function onDemand<Parameters extends readonly unknown[], Result>(
  load: () => Promise<(...parameters: Parameters) => Result | Promise<Result>>,
): (...parameters: Parameters) => Promise<Result> {
  return async (...parameters) => await (await load())(...parameters)
}

/**
 * Makes a private directory with links to a program that does different things under different names ({@link dispatch}), so that others
 * can start it by name. It is in use until `remove`, or the end of this process; directories of processes that were killed are removed.
 *
 * @throws {SandboxSetupError} (step `aliases`) when there is no place that only this user can write.
 * @throws {TypeError} for a name with a slash, and for none at all.
 */
export const aliasDirectory = onDemand(async () => (await import('@linux-sandbox/arg0')).aliasDirectory)

/**
 * Runs the program of those given under whose name this process was started, and tells whether there was one. To be called before
 * anything else looks at the arguments.
 */
export const dispatch = onDemand(async () => (await import('@linux-sandbox/arg0')).dispatch)

/**
 * Finds out what this host can enforce, for policies in general and for one in particular: by default the one that lets the working
 * directory and the temporary directories be written. Starts one sandbox, changes nothing.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 */
export const examineHost = onDemand(async () => (await import('./doctor/examine-host.js')).examineHost)

/**
 * What is known to keep commands under this policy from starting. For programs to show when they start: reads some small files, starts no
 * process and prints nothing. Nothing is found for a policy that restricts nothing.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 */
export const startupWarnings = onDemand(
  async () => (await import('./doctor/startup-warnings.js')).startupWarnings,
)

/**
 * What `Sandbox.create` and `run` would do with these options, on this disk as it is now. Takes for granted that this host lets a fresh
 * `/proc` be mounted, unless `proc` is `host`.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk, and for a `backend` that has no preview.
 * @throws {TypeError} for an option that does not exist or means nothing.
 * @throws {NativeMissingError} @throws {PlatformUnsupportedError} as `Sandbox.create` does.
 */
export const previewSandbox = onDemand(async () => (await import('./preview.js')).previewSandbox)

/**
 * Gives a command the streams of this process and passes every signal on to it. Afterwards this process itself has no stdin
 * and no stdout any more.
 *
 * @throws {SandboxError} when it could not be started.
 */
export const runInForeground = onDemand(async () => (await import('./foreground.js')).runInForeground)

/**
 * The whole of `codex-linux-sandbox`, for programs that embed it: the argument is what follows the program's name. The command has the
 * streams of this process, which ends as the command ends. What is wrong goes to stderr.
 */
export const runMain = onDemand(async () => (await import('./helper/run-main.js')).runMain)

/** The helper under its two names, for `dispatch`. */
export const HELPER_PROGRAMS: Readonly<Record<string, typeof runMain>> = {
  [PROGRAM]: runMain,
  'linux-sandbox-helper': runMain,
}
