'use strict'
// The same sale through a real moneyd as the host's uplink. moneyd's port is fixed.
const assert = require('assert')
const path = require('path')
const { Host } = require('./support/host')
const { Program } = require('./support/program')
const { pay, newManifest } = require('./support/payer')
const { until, isOpen } = require('./support/wait')
const ledger = require('./support/ledger')
const places = require('./support/places')
const { step, run, cleanup, onFailure } = require('./support/tap')

const port = 7768
const seconds = 600
let host, moneyd, home

async function startMoneyd () {
  moneyd = new Program('moneyd', [process.execPath, path.join(places.modules, 'moneyd/bin/moneyd.js'), 'local'],
    { env: { HOME: home, ILP_CREDENTIALS: '', DEBUG: '' } })
  await until('moneyd to listen', () => { moneyd.mustRun(); return moneyd.output.includes('connector ready') && isOpen(port) }, 30000)
}
cleanup(() => moneyd && moneyd.stop())
onFailure(() => moneyd ? `the end of moneyd's log:\n${moneyd.tail(15)}` : 'moneyd was never started')

const sells = async () => (await host.get('/info')).body.acceptingUploads === true
const buy = manifest => pay(port, `${host.uri}/pods?duration=${seconds}`, { body: { manifest } })

step(`port ${port}, where moneyd must listen, is free`, async () => {
  assert.ok(!(await isOpen(port)), `something listens on 127.0.0.1:${port}: ` +
    'end it first (another moneyd, a codiusd, or ./deploy/demo --stop)')
})

step('a host whose moneyd is not there yet starts, and refuses to sell with 503', async () => {
  home = places.temporary('moneyd')
  host = await Host.make('moneyd-host', {
    CODIUS_DEV: 'false', CODIUS_ILP_LISTEN: 'off', ILP_CREDENTIALS: `btp+ws://:${'0123456789abcdef'}@localhost:${port}`
  })
  await host.start()
  const answer = await host.get(`/pods?duration=${seconds}`, { method: 'OPTIONS', body: { manifest: newManifest() } })
  assert.strictEqual(answer.status, 503, answer.text)
})

step('once moneyd is there, the host is connected and takes uploads', async () => {
  await startMoneyd()
  await until('the host to take uploads', sells, 40000)
}, { limit: 75000 })

step('the host counts in the asset that moneyd told it', async () => {
  assert.strictEqual((await host.get('/info')).body.currency, 'XRP')
})

step('ilp-fetch pays for an upload through moneyd, exactly the quoted price', async () => {
  const manifest = newManifest()
  const quote = await host.price(manifest, seconds)
  const answer = await buy(manifest)
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.price, Number(quote.price))
  assert.deepStrictEqual(answer.destination, { assetCode: 'XRP', assetScale: 9 })
  assert.strictEqual((await host.pod(quote.manifestHash)).body.expiry, answer.body.expiry)
}, { limit: 60000 })

step('without moneyd the host serves what it has and refuses new sales with 503', async () => {
  await moneyd.stop('SIGKILL')
  await until('the host to notice', async () => !(await sells()), 20000)
  const answer = await host.get(`/pods?duration=${seconds}`, { method: 'OPTIONS', body: { manifest: newManifest() } })
  assert.strictEqual(answer.status, 503, answer.text)
  assert.ok(answer.body.message, answer.text)
}, { limit: 40000 })

step('when moneyd is back, so is the host, and it sells again', async () => {
  await startMoneyd()
  await until('the host to take uploads again', sells, 60000)
  const answer = await buy(newManifest())
  assert.strictEqual(answer.status, 200, answer.text)
}, { limit: 120000 })

step('every unit that arrived is in exactly one account', async () => {
  assert.deepStrictEqual(ledger.faults(host.database), [])
  assert.ok(ledger.totals(host.database).earned > 0)
})

step('SIGTERM ends the host in order', async () => {
  await host.stop()
  assert.strictEqual(host.program.code, 0, host.program.tail())
})

run()
