#!/usr/bin/env node
import { runMain } from 'linux-sandbox'

await runMain(process.argv.slice(2))
