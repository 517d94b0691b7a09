'use strict'
const fs = require('fs')
const path = require('path')
const { execFileSync } = require('child_process')
const { Program } = require('./program')
const { request } = require('./http')
const { until, freePort } = require('./wait')
const { cleanup } = require('./tap')
const places = require('./places')

/** A real registry on loopback, without TLS. Gives {address: "127.0.0.1:PORT"}. */
async function startRegistry () {
  const dir = places.temporary('registry')
  const port = await freePort()
  const config = path.join(dir, 'config.yml')
  fs.writeFileSync(config, [
    'version: 0.1',
    'log: {level: warn, accesslog: {disabled: true}}',
    `storage: {filesystem: {rootdirectory: ${dir}/data}}`,
    `http: {addr: "127.0.0.1:${port}"}`, ''].join('\n'))
  const program = new Program('docker-registry', ['docker-registry', 'serve', config], { env: { OTEL_TRACES_EXPORTER: 'none' } })
  cleanup(() => program.stop())
  await until('the registry', async () => {
    program.mustRun()
    return (await request(port, '/v2/')).status === 200
  })
  return { address: `127.0.0.1:${port}` }
}

/** Publishes the demo's web image. Gives its name with the tag. */
function publishWebImage (registry) {
  const image = `${registry.address}/hello:1`
  execFileSync(path.join(places.project, 'deploy/web-image'), [image], { stdio: 'pipe' })
  return image
}

module.exports = { startRegistry, publishWebImage }
