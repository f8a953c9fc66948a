// usage: node first-run.mjs BACKEND ROOT: all that a program does that runs one command in a sandbox.
import { Sandbox, workspaceWrite } from 'linux-sandbox'

const [backend, root] = process.argv.slice(2)
const profile = workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true })
const sandbox = await Sandbox.create({ profile, backend })
const { exitCode } = await sandbox.run('/bin/true')
process.exitCode = exitCode
