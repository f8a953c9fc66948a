#!/usr/bin/env node
import { dispatch, HELPER_PROGRAMS } from 'linux-sandbox'

if (!(await dispatch(HELPER_PROGRAMS))) {
  const { main } = await import('../dist/main.js')
  await main(process.argv.slice(2))
}
