'use strict'
const fs = require('fs')
const path = require('path')
const { Program } = require('./program')
const places = require('./places')

/**
 * `codius upload` of one manifest, started. `manifest` is what the codius file holds; images with a
 * tag are resolved from `registry` ("127.0.0.1:5000"), if that is given.
 */
function startUpload (host, dir, manifest, seconds, { registry, more = [] } = {}) {
  const file = path.join(dir, `${manifest.name}.json`)
  const vars = path.join(dir, 'codiusvars.json')
  fs.writeFileSync(file, JSON.stringify({ manifest }))
  fs.writeFileSync(vars, '{"vars":{"public":{},"private":{}}}')
  const argv = [places.codius, 'upload', '--host', host.uri, '--duration', String(seconds),
    '--codius-file', file, '--codius-vars-file', vars,
    '--codius-state-file', path.join(dir, `${manifest.name}.codiusstate.json`), '-o', '--json', '-y']
  if (registry) argv.push('--insecure-registry', registry)
  return new Program('codius', argv.concat(more), { cwd: dir, env: { ILP_CREDENTIALS: host.btp } })
}

/** What the client printed as JSON: the last such line, or nothing. */
function said (program) {
  const lines = program.output.trimEnd().split('\n').reverse()
  for (const line of lines) {
    try {
      const value = JSON.parse(line)
      if (value && typeof value === 'object') return value
    } catch (e) { /* a line of words */ }
  }
  try {
    return JSON.parse(program.output)
  } catch (e) {
    return undefined
  }
}

/** Runs it to its end. Gives {code, said, output}. */
async function upload (host, dir, manifest, seconds, options = {}) {
  const program = startUpload(host, dir, manifest, seconds, options)
  if (!(await program.end(options.limit || 60000))) {
    await program.stop('SIGKILL')
    throw new Error(`codius upload did not end in time:\n${program.tail()}`)
  }
  return { code: program.code, said: said(program), output: program.output }
}

module.exports = { startUpload, upload, said }
