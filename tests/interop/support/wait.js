'use strict'
const net = require('net')

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/**
 * Asks `probe` until it gives something true, and gives that. An exception counts as "not yet".
 * After `limit` milliseconds: an error that says `what` was waited for and the last exception.
 */
async function until (what, probe, limit = 15000, interval = 25) {
  const end = Date.now() + limit
  let last = 'never true'
  for (;;) {
    try {
      const seen = await probe()
      if (seen) return seen
    } catch (e) {
      if (e.final) throw e
      last = e.message
    }
    if (Date.now() >= end) throw new Error(`waited ${limit} ms for ${what}: ${last}`)
    await pause(interval)
  }
}

/** A TCP port of 127.0.0.1 that is free now. */
function freePort () {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Whether somebody takes connections there. */
function isOpen (port, host = '127.0.0.1') {
  return new Promise(resolve => {
    const socket = net.connect(port, host)
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}

module.exports = { until, freePort, isOpen }
