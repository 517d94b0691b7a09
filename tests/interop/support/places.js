'use strict'
const fs = require('fs')
const os = require('os')
const path = require('path')
const { execFileSync } = require('child_process')
const { cleanup } = require('./tap')

const project = path.resolve(__dirname, '../../..')
const build = process.env.CODIUS_BUILD || path.join(project, 'build/release')

/** The programs under test. */
exports.codiusd = path.join(build, 'codiusd')
exports.codius = path.join(build, 'codius')
exports.project = project
exports.modules = path.resolve(__dirname, '../node_modules')

/** A new directory that goes when the test ends. */
exports.temporary = name => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `codius-${name}-`))
  cleanup(() => execFileSync('rm', ['-rf', '--one-file-system', dir]))
  return dir
}
