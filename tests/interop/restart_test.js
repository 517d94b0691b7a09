'use strict'
// A host that is killed comes back with what it had sold.
const assert = require('assert')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const { step, run } = require('./support/tap')

const manifest = newManifest()
let host, sold, books

const buy = (what, seconds) => pay(host.ilpPort, `${host.uri}/pods?duration=${seconds}`, { body: { manifest: what } })

step('a host sells a pod', async () => {
  host = await Host.make('restart')
  await host.start()
  sold = await buy(manifest, 600)
  assert.strictEqual(sold.status, 200, sold.text)
  books = ledger.totals(host.database)
}, { limit: 60000 })

step('killed by SIGKILL and started again, it still has the pod, with the same expiry', async () => {
  await host.crash()
  await host.start()
  const answer = await host.pod(sold.body.manifestHash)
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.body.expiry, sold.body.expiry)
  assert.deepStrictEqual(answer.body.manifest, manifest)
})

step('its books are as they were', async () => {
  assert.deepStrictEqual(ledger.totals(host.database), books)
  assert.deepStrictEqual(ledger.faults(host.database), [])
})

step('it sells again, to the pod that it had', async () => {
  const more = await buy(manifest, 60)
  assert.strictEqual(more.status, 200, more.text)
  assert.strictEqual(Date.parse(more.body.expiry), Date.parse(sold.body.expiry) + 60000)
}, { limit: 60000 })

step('a pod whose time ends while the host is away is gone when it comes back', async () => {
  const brief = await buy(newManifest(), 2)
  assert.strictEqual(brief.status, 200, brief.text)
  await host.crash()
  await new Promise(resolve => setTimeout(resolve, Math.max(0, Date.parse(brief.body.expiry) + 100 - Date.now())))
  await host.start()
  await until('the pod to be gone', async () => (await host.pod(brief.body.manifestHash)).status === 404, 3000)
}, { limit: 60000 })

step('stopped by SIGTERM and started again, it has the pod', async () => {
  await host.stop()
  await host.start()
  assert.strictEqual((await host.pod(sold.body.manifestHash)).status, 200)
})

run()
