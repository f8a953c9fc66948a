// Runs one function of a test, given as text with its input as JSON on stdin, in a process of the user of that test, and writes
// what it gave as JSON to descriptor 3. Started by library.ts.
import childProcess from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import stream from 'node:stream'
import workerThreads from 'node:worker_threads'

const { source, input, platform, broker } = JSON.parse(fs.readFileSync(0, 'utf8'))
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform })
// What the library keeps for all its copies in this process.
if (broker !== undefined) globalThis[Symbol.for('@linux-sandbox/broker')] = broker
const lib = await import('linux-sandbox')

/** What survives JSON of whatever was thrown. */
function describeError(error) {
  const isSandboxError = lib.isSandboxError(error)
  const { name, code, message, hint, exitStatus, step, errno, issues, command } = error
  return { isSandboxError, name, code, message, hint, exitStatus, step, errno, issues, command }
}

async function attempt(act) {
  try {
    return { value: await act() }
  } catch (error) {
    return { error: describeError(error) }
  }
}

/** How a child ended: its `error` event, or its exit and what it wrote. */
function endOf(child) {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name]?.on('data', (chunk) => (texts[name] += chunk))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error: describeError(error) }))
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...texts }))
  })
}

// The source is the test's own text, compiled where the packages can be imported.
const act = new Function(`return ${source}`)()
const output = await act(
  { lib, attempt, describeError, endOf, childProcess, fs, http, net, os, path, stream, workerThreads },
  input,
)
fs.writeSync(3, JSON.stringify(output ?? null))
