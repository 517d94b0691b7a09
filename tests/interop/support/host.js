'use strict'
const crypto = require('crypto')
const path = require('path')
const { Program } = require('./program')
const { request } = require('./http')
const { until, freePort, isOpen } = require('./wait')
const { cleanup, onFailure, note } = require('./tap')
const machine = require('./machine')
const places = require('./places')

/** A `codiusd` on free ports, with its state in a directory of its own, that can be ended and begun again. */
class Host {
  /** Settings beyond the defaults below are environment variables, e.g. {CODIUS_DEV: 'false'}. */
  static async make (name, settings = {}) {
    const host = new Host()
    host.dir = places.temporary(name)
    host.port = await freePort()
    host.ilpPort = await freePort()
    host.settings = Object.assign({
      CODIUS_DEV: 'true',
      CODIUS_PORT: String(host.port),
      CODIUS_PUBLIC_URI: `http://localhost:${host.port}`,
      CODIUS_ROOT: path.join(host.dir, 'root'),
      CODIUS_RUN_DIR: path.join(host.dir, 'run'),
      CODIUS_ILP_LISTEN: `127.0.0.1:${host.ilpPort}`,
      CODIUS_POD_RUNTIME: 'noop',
      CODIUS_LOG_LEVEL: 'debug'
    }, settings)
    host.database = path.join(host.settings.CODIUS_ROOT, 'codius.db')
    cleanup(() => host.stop())
    onFailure(() => host.program ? `the end of the host's log:\n${host.program.tail(40)}` : 'the host was never started')
    return host
  }

  get uri () { return `http://localhost:${this.port}` }
  /** An account with the embedded connector that nobody else has. */
  get btp () { return `btp+ws://:${crypto.randomBytes(16).toString('hex')}@localhost:${this.ilpPort}` }

  /** Starts the program; `wrap` are words in front of its command line. */
  launch (wrap = []) {
    const env = Object.assign({ ILP_CREDENTIALS: '', ILP_PLUGIN: '' }, this.settings)
    this.program = new Program('codiusd', wrap.concat(places.codiusd), { env })
  }

  /** Starts it and waits until it answers, and takes BTP clients where it should. */
  async start (wrap = []) {
    if (this.program) await this.crash()
    this.launch(wrap)
    await this.ready()
  }

  async ready (limit = 20000) {
    await until('codiusd to answer', async () => {
      this.program.mustRun()
      return (await this.get('/version')).status === 200
    }, limit)
    if (this.settings.CODIUS_ILP_LISTEN === 'off') return
    await until('the embedded connector', () => isOpen(this.ilpPort), 5000)
  }

  /** SIGKILL, as a crash. */
  async crash () { await this.program.stop('SIGKILL') }

  /** SIGTERM; an error when it does not end by itself. */
  async stop () {
    if (this.program && !(await this.program.stop('SIGTERM', 15000))) {
      throw new Error(`codiusd did not end within 15 s of SIGTERM:\n${this.program.tail()}`)
    }
  }

  /** Ends it and has it take away all that it set up on the machine. */
  async release () {
    await this.stop()
    const program = new Program('codiusd --release-host', [places.codiusd, '--release-host'], { env: this.settings })
    if (!(await program.end(30000))) throw new Error('codiusd --release-host did not end within 30 s')
    if (program.code !== 0) throw new Error(`codiusd --release-host ended with ${program.code}: ${program.tail()}`)
  }

  get (path, options) { return request(this.port, path, options) }
  /** GET /pods for one pod. */
  pod (hash) { return this.get(`/pods?manifestHash=${hash}`) }
  /** The price that the host says a duration has. */
  async price (manifest, seconds) {
    const answer = await this.get(`/pods?duration=${seconds}`, { method: 'OPTIONS', body: { manifest } })
    if (answer.status !== 200) throw new Error(`no quote: ${answer.status} ${answer.text}`)
    return answer.body
  }
}

/** Takes away what an earlier run left on the machine when it was cut short. */
async function removeLeftovers () {
  if (!machine.links().includes('codius0')) return
  note('an earlier run was cut short: what it left is removed first')
  const host = await Host.make('leftovers', { CODIUS_POD_RUNTIME: 'oci' })
  await host.start()
  await host.release()
}

module.exports = { Host, removeLeftovers }
