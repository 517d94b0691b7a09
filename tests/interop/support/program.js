'use strict'
const { spawn } = require('child_process')
const { EventEmitter } = require('events')

/**
 * A program that was started here, with all that it prints kept. It is only ever signalled while
 * it is known to run, through the handle of its start: never by name.
 */
class Program extends EventEmitter {
  constructor (name, argv, { env = {}, cwd } = {}) {
    super()
    this.name = name
    this.output = ''
    this.code = null
    this.signal = null
    this.child = spawn(argv[0], argv.slice(1), {
      cwd, env: Object.assign({}, process.env, env), stdio: ['ignore', 'pipe', 'pipe']
    })
    const keep = block => {
      this.output += block
      this.emit('output')
    }
    this.child.stdout.on('data', keep)
    this.child.stderr.on('data', keep)
    this.ended = new Promise(resolve => {
      this.child.once('error', e => {
        keep(`${name}: ${e.message}\n`)
        this.code = -1
        resolve()
      })
      this.child.once('exit', (code, signal) => {
        this.code = code
        this.signal = signal
        // The rest of its output; a child of its own may keep the pipes open for longer.
        setTimeout(resolve, 500)
      })
      this.child.once('close', resolve)
    })
  }

  get pid () { return this.child.pid }
  get runs () { return this.code === null && this.signal === null }

  /** Waits until it has ended; true when it ended within `limit` milliseconds. */
  async end (limit = 15000) {
    let timer
    const late = new Promise(resolve => { timer = setTimeout(resolve, limit) })
    await Promise.race([this.ended, late])
    clearTimeout(timer)
    return !this.runs
  }

  /** Sends a signal and waits for the end; SIGKILL when that takes longer than `limit`. */
  async stop (signal = 'SIGTERM', limit = 15000) {
    if (!this.runs) return true
    this.child.kill(signal)
    if (await this.end(limit)) return true
    this.child.kill('SIGKILL')
    await this.end(5000)
    return false
  }

  /** Throws for good when the program has ended; for probes of `until`. */
  mustRun () {
    if (this.runs) return
    const e = new Error(`${this.name} has ended (code ${this.code}, signal ${this.signal}):\n${this.tail()}`)
    e.final = true
    throw e
  }

  tail (lines = 30) {
    return this.output.trimEnd().split('\n').slice(-lines).join('\n')
  }
}

module.exports = { Program }
