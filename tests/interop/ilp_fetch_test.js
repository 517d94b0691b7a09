'use strict'
// ilp-fetch pays codiusd through its embedded connector, with nothing else running.
const assert = require('assert')
const crypto = require('crypto')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const ledger = require('./support/ledger')
const { step, run } = require('./support/tap')

const seconds = 600
const manifest = newManifest()
const dear = newManifest()
const dearToken = crypto.randomBytes(16)
const base64url = octets => octets.toString('base64').replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_')
let host, quote, first, soFar

const upload = (what, options) => pay(host.ilpPort, `${host.uri}/pods?duration=${seconds}`,
  Object.assign({ body: { manifest: what } }, options))
const later = (expiry, by) => new Date(Date.parse(expiry) + by * 1000).toISOString()
const post = (token, what) => host.get(`/pods?duration=${seconds}`,
  { method: 'POST', body: { manifest: what }, headers: token ? { 'Pay-Token': base64url(token) } : {} })

step('a host in development mode starts with no uplink', async () => {
  host = await Host.make('ilp-fetch', { CODIUS_PAYMENT_TIMEOUT: '4' })
  await host.start()
})

step('a quote tells price and asset without being paid', async () => {
  quote = await host.price(manifest, seconds)
  assert.ok(/^[1-9][0-9]*$/.test(quote.price), quote.price)
  assert.strictEqual(quote.price, '2283106')
  assert.ok(/^[a-z2-7]{52}$/.test(quote.manifestHash), quote.manifestHash)
})

step('an upload without Pay-Token is refused with 400 and a sentence', async () => {
  const answer = await post(null, manifest)
  assert.strictEqual(answer.status, 400)
  assert.ok(/pay-token/i.test(answer.body.message), answer.text)
})

step('an upload that is not paid is answered by 402 with a Pay header', async () => {
  const answer = await post(crypto.randomBytes(16), manifest)
  assert.strictEqual(answer.status, 402)
  assert.ok(/^interledger-stream [\w.~-]+ [\w+/]{43}=$/.test(answer.headers.pay), answer.headers.pay)
  assert.strictEqual((await host.pod(quote.manifestHash)).status, 404)
})

step('a manifest that is not valid is refused before any payment', async () => {
  const answer = await post(crypto.randomBytes(16), Object.assign({}, manifest, { containers: [] }))
  assert.strictEqual(answer.status, 400)
  assert.strictEqual(answer.headers.pay, undefined)
  assert.ok(answer.body.message, answer.text)
})

step('ilp-fetch pays for an upload and gets url, manifestHash and expiry', async () => {
  const asked = Date.now()
  first = await upload(manifest)
  assert.strictEqual(first.status, 200, first.text)
  assert.strictEqual(first.body.manifestHash, quote.manifestHash)
  assert.strictEqual(first.body.url, `http://${quote.manifestHash}.localhost:${host.port}/`)
  const bought = Date.parse(first.body.expiry) - seconds * 1000
  assert.ok(bought >= asked - 1000 && bought <= Date.now() + 1000, first.body.expiry)
}, { limit: 60000 })

step('it sent exactly the quoted price, in the asset that the host names', async () => {
  assert.strictEqual(first.price, Number(quote.price))
  assert.deepStrictEqual(first.destination, { assetCode: 'XRP', assetScale: 9 })
})

step('GET /pods shows the pod and its manifest', async () => {
  const answer = await host.pod(quote.manifestHash)
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.body.expiry, first.body.expiry)
  assert.deepStrictEqual(answer.body.manifest, manifest)
})

step('uploading the same manifest again extends it from its expiry', async () => {
  const again = await upload(manifest)
  assert.strictEqual(again.status, 200, again.text)
  assert.strictEqual(again.price, Number(quote.price))
  assert.strictEqual(again.body.expiry, later(first.body.expiry, seconds))
}, { limit: 60000 })

step('PUT extends it by its hash', async () => {
  const more = await pay(host.ilpPort, `${host.uri}/pods?manifestHash=${quote.manifestHash}&duration=60`, { method: 'PUT' })
  assert.strictEqual(more.status, 200, more.text)
  assert.strictEqual(more.price, 228311)
  assert.strictEqual(more.body.expiry, later(first.body.expiry, seconds + 60))
}, { limit: 60000 })

step('extending a pod that is not there is refused with 404 and costs nothing', async () => {
  const before = ledger.totals(host.database)
  const answer = await pay(host.ilpPort, `${host.uri}/pods?manifestHash=${'a'.repeat(52)}&duration=60`, { method: 'PUT' })
  assert.strictEqual(answer.status, 404, answer.text)
  assert.strictEqual(answer.price, 0)
  assert.deepStrictEqual(ledger.totals(host.database), before)
})

step('a payer with too low a limit pays no more than that, gets no pod, and is told what it has', async () => {
  const limit = 1000000
  const answer = await upload(dear, { maxPrice: String(limit), payToken: dearToken })
  assert.strictEqual(answer.status, 402, answer.text)
  assert.ok(answer.price <= limit, `sent ${answer.price}`)
  soFar = Number(answer.body.credit || 0)
  assert.strictEqual(soFar, answer.price, answer.text)
  assert.ok(answer.body.message.length > 10, answer.text)
  assert.strictEqual((await host.pod((await host.price(dear, seconds)).manifestHash)).status, 404)
}, { limit: 60000 })

step('the same token with a higher limit pays only what is still due', async () => {
  const answer = await upload(dear, { payToken: dearToken })
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.price, Number(quote.price) - soFar)
  soFar = answer.body.expiry
}, { limit: 60000 })

step('a request that is repeated with a paid token is answered as before, and not charged', async () => {
  const answer = await post(dearToken, dear)
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.body.expiry, soFar)
})

step('a paid token does not pay for another manifest', async () => {
  const answer = await post(dearToken, newManifest())
  assert.strictEqual(answer.status, 402, answer.text)
})

step('eight clients at once each get what they pay for', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => upload(newManifest())))
  for (const answer of answers) {
    assert.strictEqual(answer.status, 200, answer.text)
    assert.strictEqual(answer.price, Number(quote.price))
  }
}, { limit: 90000 })

step('every unit that arrived is in exactly one account', async () => {
  assert.deepStrictEqual(ledger.faults(host.database), [])
  assert.strictEqual(ledger.totals(host.database).earned, 11 * Number(quote.price) + 228311)
})

step('SIGTERM ends the host in order', async () => {
  await host.stop()
  assert.strictEqual(host.program.code, 0, host.program.tail())
})

run({ goOn: true })
