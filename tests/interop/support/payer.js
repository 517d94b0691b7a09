'use strict'
const ilpFetch = require('ilp-fetch')
const makePlugin = require('ilp-plugin')

/**
 * A paid request by ilp-fetch through the BTP server on `btpPort`, each with a fresh account of its
 * own. Gives {status, body, price, destination}; `price` is what was sent, a number of units.
 */
async function pay (btpPort, url, { method = 'POST', body, maxPrice = '1000000000', payToken, limit = 40000 } = {}) {
  process.env.ILP_BTP_SERVER = `btp+ws://localhost:${btpPort}`
  const plugin = makePlugin()
  const options = { method, maxPrice, plugin, timeout: limit, headers: { Accept: 'application/codius-v1+json' } }
  if (payToken) options.payToken = payToken
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json'
    options.body = JSON.stringify(body)
  }
  try {
    const answer = await ilpFetch(url, options)
    const text = await answer.text()
    let json
    try { json = JSON.parse(text) } catch (e) { json = undefined }
    return {
      status: answer.status, text, body: json, price: Number(answer.price), destination: answer.destination
    }
  } finally {
    await Promise.race([plugin.disconnect(), new Promise(resolve => setTimeout(resolve, 2000))])
  }
}

let made = 0
/** A manifest that no other call gives: one container, whose image the noop runtime never fetches. */
function newManifest () {
  made += 1
  return {
    name: `interop-${process.pid}-${made}`,
    version: '1.0.0',
    machine: 'small',
    port: '8080',
    containers: [{
      id: 'web',
      image: 'registry.example.com/acme/web@sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2'
    }]
  }
}

module.exports = { pay, newManifest }
