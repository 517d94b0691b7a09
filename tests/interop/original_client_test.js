'use strict'
// The released client of 2018 (npm package codius 3.1.0) and ours, at our hosts, paying through a
// real moneyd; each goes on with what the other recorded. moneyd's port is fixed.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { Host } = require('./support/host')
const { Program } = require('./support/program')
const { newManifest } = require('./support/payer')
const { until, isOpen } = require('./support/wait')
const ledger = require('./support/ledger')
const places = require('./support/places')
const { step, run, cleanup, onFailure, note } = require('./support/tap')

const port = 7768
let host, second, moneyd, home

const moneydCredentials = () => `btp+ws://:${require('crypto').randomBytes(8).toString('hex')}@localhost:${port}`

/** A directory with the two files of an upload. */
function workplace (name, { debug = false, secret = true } = {}) {
  const dir = places.temporary(name)
  const manifest = newManifest()
  if (secret) manifest.containers[0].environment = { KEY: '$KEY' }
  if (debug) manifest.debug = true
  fs.writeFileSync(path.join(dir, 'codius.json'), JSON.stringify({ manifest }))
  fs.writeFileSync(path.join(dir, 'codiusvars.json'),
    JSON.stringify({ vars: secret ? { private: { KEY: { value: 'hush' } } } : {} }))
  return dir
}
const record = dir => JSON.parse(fs.readFileSync(path.join(dir, 'default.codiusstate.json'), 'utf8'))
const expiry = async (at, dir) => Date.parse((await at.pod(record(dir).manifestHash)).body.expiry)

async function finish (program, limit = 60000) {
  if (!(await program.end(limit))) {
    await program.stop('SIGKILL')
    throw new Error(`${program.name} did not end in time:\n${program.tail()}`)
  }
  return program
}
const original = (dir, words) => new Program('the client of 2018',
  [process.execPath, path.join(places.modules, 'codius/bin/codius.js')].concat(words),
  { cwd: dir, env: { ILP_CREDENTIALS: '', DEBUG: '', HOME: dir } })
const ours = (dir, words) => new Program('codius', [places.codius].concat(words),
  { cwd: dir, env: { ILP_CREDENTIALS: moneydCredentials() } })

cleanup(() => moneyd && moneyd.stop())
onFailure(() => moneyd ? `the end of moneyd's log:\n${moneyd.tail(15)}` : 'moneyd was never started')

step(`port ${port}, where moneyd must listen, is free`, async () => {
  assert.ok(!(await isOpen(port)), `something listens on 127.0.0.1:${port}: end it first`)
})

step('moneyd runs, and a host that has it as its uplink', async () => {
  home = places.temporary('moneyd')
  moneyd = new Program('moneyd', [process.execPath, path.join(places.modules, 'moneyd/bin/moneyd.js'), 'local'],
    { env: { HOME: home, ILP_CREDENTIALS: '', DEBUG: '' } })
  await until('moneyd to listen', () => { moneyd.mustRun(); return moneyd.output.includes('connector ready') && isOpen(port) }, 30000)
  const settings = { CODIUS_DEV: 'false', CODIUS_ILP_LISTEN: 'off', CODIUS_SELF_TEST: 'false', CODIUS_BOOTSTRAP_PEERS: '[]' }
  host = await Host.make('original-host', Object.assign({ ILP_CREDENTIALS: moneydCredentials() }, settings))
  await host.start()
  second = await Host.make('original-second', Object.assign({ ILP_CREDENTIALS: moneydCredentials() }, settings))
  await second.start()
  for (const one of [host, second]) {
    await until('the host to take uploads', async () => (await one.get('/info')).body.acceptingUploads === true, 40000)
  }
}, { limit: 120000 })

let theirs, mine

step('the original client uploads to our host, paying through moneyd', async () => {
  theirs = workplace('theirs')
  const program = await finish(original(theirs, ['upload', '--host', host.uri, '-y', '--duration', '600']))
  assert.strictEqual(program.code, 0, program.output)
  assert.deepStrictEqual(record(theirs).hostList, [host.uri], program.output)
  assert.strictEqual((await host.pod(record(theirs).manifestHash)).status, 200, program.output)
  assert.strictEqual(record(theirs).status.hostDetails[host.uri].price.totalPaid, '2283106')
}, { limit: 90000 })

step('it extends its pod', async () => {
  const before = await expiry(host, theirs)
  const program = await finish(original(theirs, ['extend', '-y', '--duration', '60']))
  assert.strictEqual(program.code, 0, program.output)
  assert.strictEqual(await expiry(host, theirs), before + 60000, program.output)
}, { limit: 90000 })

step('our client extends what the original recorded, and adds to its totals', async () => {
  const before = await expiry(host, theirs)
  const paid = BigInt(record(theirs).status.hostDetails[host.uri].price.totalPaid)
  const program = await finish(ours(theirs, ['extend', '-y', '-d', '120', '--json']))
  assert.strictEqual(program.code, 0, program.output)
  assert.strictEqual(await expiry(host, theirs), before + 120000, program.output)
  const details = record(theirs).status.hostDetails[host.uri]
  assert.strictEqual(BigInt(details.price.totalPaid), paid + BigInt(details.price.lastPaid))
  assert.strictEqual(details.price.units, 'nXRP')
}, { limit: 90000 })

step('and the original goes on with that', async () => {
  const before = await expiry(host, theirs)
  const program = await finish(original(theirs, ['extend', '-y', '--duration', '60']))
  assert.strictEqual(program.code, 0, program.output)
  assert.strictEqual(await expiry(host, theirs), before + 60000, program.output)
}, { limit: 90000 })

step('our client uploads through moneyd, with a secret', async () => {
  mine = workplace('mine')
  const program = await finish(ours(mine, ['upload', '--host', host.uri, '-y', '--duration', '600']))
  assert.strictEqual(program.code, 0, program.output)
  assert.strictEqual((await host.pod(record(mine).manifestHash)).status, 200)
  assert.strictEqual(fs.statSync(path.join(mine, 'default.codiusstate.json')).mode & 0o777, 0o600)
}, { limit: 90000 })

step('the original client extends what ours recorded', async () => {
  const before = await expiry(host, mine)
  const program = await finish(original(mine, ['extend', '-y', '--duration', '60']))
  assert.strictEqual(program.code, 0, program.output)
  assert.strictEqual(await expiry(host, mine), before + 60000, program.output)
  const status = await finish(ours(mine, ['status', '--json']))
  assert.strictEqual(status.code, 0, status.output)
}, { limit: 90000 })

step('C-01 our client uploads to two hosts at once, which the original cannot', async () => {
  const dir = workplace('two', { secret: false })
  const both = ['--host', host.uri, '--host', second.uri, '-y', '--duration', '600']
  const program = await finish(ours(dir, ['upload'].concat(both)))
  assert.strictEqual(program.code, 0, program.output)
  assert.deepStrictEqual(record(dir).hostList.sort(), [host.uri, second.uri].sort())
  for (const one of [host, second]) assert.strictEqual((await one.pod(record(dir).manifestHash)).status, 200)
}, { limit: 120000 })

step('C-06 the original reads the output of a debug pod as far as it can, ours to its end', async () => {
  const dir = workplace('tail', { debug: true, secret: false })
  const upload = await finish(ours(dir, ['upload', '--host', host.uri, '-y', '--duration', '600']))
  assert.strictEqual(upload.code, 0, upload.output)
  const old = original(dir, ['tail'])
  await until('the original to attach', () => { old.mustRun(); return old.output.includes('attaching to logs') }, 20000)
  await old.stop('SIGKILL')
  assert.ok(!old.output.includes('statusCode'), old.output)
  const program = await finish(ours(dir, ['tail', '--no-follow']))
  assert.strictEqual(program.code, 0, program.output)
  note(`its output: ${JSON.stringify(program.output)}`)
}, { limit: 90000 })

step('our client pays through the connector of a host in development mode, too', async () => {
  const dev = await Host.make('original-dev')
  await dev.start()
  const dir = workplace('dev')
  const program = new Program('codius', [places.codius, 'upload', '--host', dev.uri, '-y'],
    { cwd: dir, env: { ILP_CREDENTIALS: dev.btp } })
  await finish(program)
  assert.strictEqual(program.code, 0, program.output)
  assert.deepStrictEqual(ledger.faults(dev.database), [])
}, { limit: 60000 })

step('C-05 without moneyd both say so; ours with what to do, and exit code 3', async () => {
  await moneyd.stop()
  const dir = workplace('without')
  const program = await finish(ours(dir, ['upload', '--host', host.uri, '-y']))
  assert.ok([2, 3].includes(program.code), `${program.code}: ${program.output}`)
  assert.ok(program.output.includes('Nothing was paid.'), program.output)
  assert.ok(!fs.existsSync(path.join(dir, 'default.codiusstate.json')))
}, { limit: 90000 })

step('every unit that arrived is in exactly one account', async () => {
  for (const one of [host, second]) assert.deepStrictEqual(ledger.faults(one.database), [])
})

run()
