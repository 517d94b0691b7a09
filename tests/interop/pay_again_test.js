'use strict'
// A client that is killed while it pays, or while it waits for its pod: the same command again ends
// in one pod that was paid for once.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { Host } = require('./support/host')
const { Program } = require('./support/program')
const { newManifest } = require('./support/payer')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const places = require('./support/places')
const { step, run } = require('./support/tap')

const seconds = 600
let host, price

function workplace () {
  const dir = places.temporary('pay-again')
  const manifest = newManifest()
  manifest.containers[0].environment = { KEY: '$KEY' }
  fs.writeFileSync(path.join(dir, 'codius.json'), JSON.stringify({ manifest }))
  fs.writeFileSync(path.join(dir, 'codiusvars.json'), JSON.stringify({ vars: { private: { KEY: { value: 'hush' } } } }))
  return dir
}
const file = dir => path.join(dir, 'default.codiusstate.json')
const record = dir => JSON.parse(fs.readFileSync(file(dir), 'utf8'))
const upload = (dir, wrap = []) => new Program('codius',
  wrap.concat([places.codius, 'upload', '--host', host.uri, '-d', String(seconds), '-y', '--json']),
  { cwd: dir, env: { ILP_CREDENTIALS: host.btp } })

async function again (dir) {
  const program = upload(dir)
  assert.ok(await program.end(60000), 'codius upload did not end')
  assert.strictEqual(program.code, 0, program.output)
  return program
}

step('a host', async () => {
  host = await Host.make('pay-again')
  await host.start()
  price = Number((await host.price(newManifest(), seconds)).price)
})

// Its rename is the moment when a record takes effect: the first is before the money, the second
// after the pod.
for (const [which, when] of [[1, 'before it records the payment'], [2, 'before it records the pod']]) {
  step(`a client that is killed ${when} is taken up by the same command`, async () => {
    const dir = workplace()
    const before = ledger.totals(host.database)
    const killed = upload(dir, ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,renameat,renameat2',
      '-e', `inject=rename,renameat,renameat2:signal=KILL:when=${which}`])
    assert.ok(await killed.end(30000), 'it was not killed')
    assert.notStrictEqual(killed.code, 0, killed.output)
    await until('the host to have settled', async () => (await host.get('/info')).status === 200)
    const program = await again(dir)
    const after = ledger.totals(host.database)
    assert.strictEqual(after.received - before.received, price, program.output)
    assert.strictEqual((await host.pod(record(dir).manifestHash)).status, 200)
    assert.ok(!record(dir).unfinished, JSON.stringify(record(dir).unfinished))
    assert.deepStrictEqual(fs.readdirSync(dir).filter(name => name.includes('.old-')), [])
  }, { limit: 120000 })
}

step('every unit that arrived is in exactly one account', async () => {
  assert.deepStrictEqual(ledger.faults(host.database), [])
})

run()
