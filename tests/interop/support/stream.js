'use strict'
const makePlugin = require('ilp-plugin')
const { createConnection } = require('ilp-protocol-stream')

/**
 * Pays what a `Pay` field, or the `pay` of a record, names: one STREAM connection through the BTP
 * server on `btpPort`, which sends up to `amount`. Gives what arrived, a number of units.
 */
async function payTo (btpPort, pay, amount, { limit = 20000 } = {}) {
  const [method, destinationAccount, secret] = pay.split(' ')
  if (method !== 'interledger-stream') throw new Error(`no way to pay: ${pay}`)
  process.env.ILP_BTP_SERVER = `btp+ws://localhost:${btpPort}`
  const plugin = makePlugin()
  let connection
  try {
    await plugin.connect()
    connection = await createConnection({ plugin, destinationAccount, sharedSecret: Buffer.from(secret, 'base64') })
    connection.on('error', () => {}) // the host may end it once it has the price
    const stream = connection.createStream()
    stream.on('error', () => {})
    await stream.sendTotal(String(amount), { timeout: limit })
    return Number(connection.totalDelivered)
  } finally {
    if (connection) connection.destroy().catch(() => {})
    await Promise.race([plugin.disconnect().catch(() => {}), new Promise(resolve => setTimeout(resolve, 2000))])
  }
}

module.exports = { payTo }
