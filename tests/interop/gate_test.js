'use strict'
// What was recorded while the original tested itself, against a host whose self-test goes on: its
// public name leads nowhere. Needs root, as only a host that runs pods tests itself.
const assert = require('assert')
const { Host, removeLeftovers } = require('./support/host')
const machine = require('./support/machine')
const { replay, unusedDifferences } = require('./support/contract')
const { step, run, cleanup } = require('./support/tap')

let host

step('a host that tests itself', async () => {
  assert.strictEqual(process.getuid(), 0, 'pods need root: run the tests as root')
  assert.strictEqual(machine.otherHost(), undefined)
  await removeLeftovers()
  host = await Host.make('gate', {
    CODIUS_POD_RUNTIME: 'oci',
    CODIUS_PUBLIC_URI: 'https://codius.example.com',
    CODIUS_SELF_TEST: 'true',
    CODIUS_SELF_TEST_RETRIES: '100',
    CODIUS_BOOTSTRAP_PEERS: '[]'
  })
  cleanup(() => host.release())
  await host.start()
}, { limit: 60000 })

replay('01-self-test-gate', () => host)

step('the list of differences names recorded cases', () => {
  assert.deepStrictEqual(unusedDifferences(['01-self-test-gate']).filter(id => id.startsWith('gate-')), [])
})

run({ goOn: true })
