'use strict'
// What an operator does to a running host: reads its event log, ends a pod before its time, and has
// it read its settings again.
const assert = require('assert')
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const path = require('path')
const { execFile, execFileSync, spawn } = require('child_process')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { until } = require('./support/wait')
const { step, run, cleanup } = require('./support/tap')
const { totals } = require('./support/ledger')
const places = require('./support/places')

let host, file, sold, payToken
const socket = () => path.join(host.settings.CODIUS_RUN_DIR, 'admin.sock')

/** A request to the socket: {status, body}. */
function ask (target, { method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = { Host: 'localhost' }
    if (text !== undefined) headers['Content-Length'] = Buffer.byteLength(text)
    const req = http.request({ socketPath: socket(), path: target, method, headers, agent: false }, res => {
      let got = ''
      res.on('data', block => { got += block })
      res.on('end', () => {
        let json
        try { json = JSON.parse(got) } catch (e) { json = undefined }
        resolve({ status: res.statusCode, text: got, body: json })
      })
    })
    req.on('error', reject)
    req.end(text)
  })
}

/** Opens a stream and leaves it open: {status, close()}. */
function open (target) {
  return new Promise((resolve, reject) => {
    const req = http.request({ socketPath: socket(), path: target, headers: { Host: 'localhost' }, agent: false }, res => {
      res.on('error', () => {})
      res.resume()
      resolve({ status: res.statusCode, close: () => req.destroy() })
    })
    req.on('error', reject)
    req.end()
  })
}

/** `codiusd ctl` with these words: {code, out, err}. */
const ctl = (...words) => new Promise(resolve => execFile(places.codiusd, ['ctl', '--admin', socket(), ...words],
  { env: {} }, (e, out, err) => resolve({ code: e ? e.code : 0, out, err })))

const events = async (query = '?after=0&limit=1000') => (await ask(`/events${query}`)).body.events
const credits = async token =>
  (await host.get('/credits', { headers: { 'Pay-Token': token.toString('base64') } })).body.credits
const buy = (token, seconds = 600) =>
  pay(host.ilpPort, `${host.uri}/pods?duration=${seconds}`, { body: { manifest: newManifest() }, payToken: token })
const write = lines => fs.writeFileSync(file, lines.join('\n') + '\n')
const settings = ['cost_per_month = 10', 'known_peers = 50']

step('a host with its settings in a file', async () => {
  host = await Host.make('operator', { CODIUS_BOOTSTRAP_PEERS: '[]', CODIUS_GOSSIP_INTERVAL: '1h' })
  file = path.join(host.dir, 'codius.toml')
  host.settings.CODIUS_CONFIG = file
  write(settings)
  await host.start()
  await until('the socket', () => fs.existsSync(socket()))
})

step('who follows the event log is told of a sale as it happens', async () => {
  const follower = spawn(places.codiusd, ['ctl', '--admin', socket(), '--json', 'events', '--follow', '--after', '0'],
    { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  cleanup(() => follower.kill())
  let told = ''
  follower.stdout.on('data', block => { told += block })
  payToken = crypto.randomBytes(16)
  sold = await buy(payToken)
  assert.strictEqual(sold.status, 200, sold.text)
  const seen = await until('the sale to be told', () => {
    const rows = told.split('\n').filter(Boolean).map(line => JSON.parse(line))
    return rows.some(row => row.kind === 'purchase.delivered') && rows
  })
  const kinds = seen.map(row => row.kind)
  for (const kind of ['purchase.opened', 'money.booked', 'pod.created', 'purchase.paid', 'purchase.delivered', 'pod.running']) {
    assert.ok(kinds.includes(kind), `${kind} is not among ${kinds}`)
  }
  assert.deepStrictEqual(seen.map(row => row.seq), seen.map((row, i) => i + 1))
  assert.ok(!told.includes(payToken.toString('hex')) && !told.includes(payToken.toString('base64')))
  const mark = crypto.createHash('sha256').update(payToken).digest('hex').slice(0, 16)
  assert.strictEqual(seen.find(row => row.kind === 'purchase.paid').detail.token, mark)
  const ended = new Promise(resolve => follower.on('exit', resolve))
  follower.kill()
  await ended
}, { limit: 60000 })

step('each row has the hash that anybody can work out', async () => {
  let before = Buffer.alloc(32)
  for (const { seq, at, kind, subject, detail, hash } of await events()) {
    before = crypto.createHash('sha256').update(before)
      .update(JSON.stringify([seq, at, kind, subject, detail])).digest()
    assert.strictEqual(before.toString('hex'), hash, `row ${seq}`)
  }
  const said = await ctl('events', '--verify')
  assert.strictEqual(said.code, 0, said.err)
  assert.ok(/the event log is whole/.test(said.out), said.out)
  assert.strictEqual(JSON.parse((await ctl('--json', 'events', '--verify')).out).last.hash, before.toString('hex'))
})

step('a changed setting is there with who changed it, a change that was refused is not', async () => {
  assert.strictEqual((await ask('/terms', { method: 'PATCH', body: { maxMemoryFraction: 0.5, knownPeers: 20 } })).status, 200)
  assert.strictEqual((await ask('/config', { method: 'POST', body: { hostCostPerMonth: 7 } })).status, 204)
  assert.strictEqual((await ask('/terms', { method: 'PATCH', body: { maxMemoryFraction: 1.5 } })).status, 400)
  assert.strictEqual((await ask('/peers', { method: 'POST', body: { uri: 'http://localhost:1' } })).status, 200)
  assert.strictEqual((await ask('/peers?uri=http%3A%2F%2Flocalhost%3A1', { method: 'DELETE' })).status, 200)
  const latest = await events('?limit=5')
  assert.deepStrictEqual(latest.map(row => [row.kind, row.subject]), [
    ['setting.changed', 'max_memory_fraction'], ['setting.changed', 'known_peers'], ['setting.changed', 'cost_per_month'],
    ['peer.added', 'http://localhost:1'], ['peer.removed', 'http://localhost:1']])
  assert.deepStrictEqual(latest[0].detail, { from: '0.75', to: '0.5', by: 'PATCH /terms' })
  assert.deepStrictEqual(latest[2].detail, { from: '10', to: '7', by: 'POST /config' })
  const { memory } = (await ask('/status')).body
  assert.ok(Math.abs(memory.sellableBytes - memory.machineBytes / 2) <= 1)
})

step('queries that make no sense are refused', async () => {
  for (const query of ['after=-1', 'after=x', 'after=', 'limit=0', 'limit=1001', 'limit=1e3', 'after=99999999999999999999', 'follow=true&after=no']) {
    assert.strictEqual((await ask(`/events?${query}`)).status, 400, query)
  }
  for (const words of [['--after'], ['--after', 'x'], ['--verify', '--follow'], ['--limit', '0'], ['nonsense']]) {
    assert.strictEqual((await ctl('events', ...words)).code, 2, words.join(' '))
  }
})

step('so many follow at once, and one that leaves gives its place back', async () => {
  const all = []
  for (let i = 0; i < 16; ++i) all.push(await open('/events?follow=true'))
  assert.deepStrictEqual(all.map(one => one.status), Array(16).fill(200))
  const over = await open('/events?follow=true')
  assert.strictEqual(over.status, 503)
  over.close()
  for (const one of all) one.close()
  await until('a place', async () => {
    const again = await open('/events?follow=true')
    again.close()
    return again.status === 200
  })
})

step('an evicted pod is gone, and what is left of its time is its buyer\'s credit', async () => {
  const hash = sold.body.manifestHash
  const said = await ctl('--json', 'evict', hash, '--reason', 'court order 17')
  assert.strictEqual(said.code, 0, said.err)
  const answer = JSON.parse(said.out)
  assert.strictEqual(answer.hash, hash)
  assert.strictEqual(answer.purchases, 1)
  const back = Number(answer.credited[0].amount)
  assert.ok(back > 0 && back < sold.price, `${back} of ${sold.price}`)
  assert.deepStrictEqual(await credits(payToken), [{ amount: String(back), assetCode: 'XRP', assetScale: 9 }])
  await until('it to be gone', async () => (await ask(`/pods/${hash}`)).status === 404)
  assert.strictEqual((await host.pod(hash)).status, 404)
  const [line] = (await ask('/earnings')).body.assets
  assert.deepStrictEqual([line.earned, line.credit, line.refunded], [sold.price - back, back, back].map(String))
  const row = (await events()).find(one => one.kind === 'pod.evicted')
  assert.strictEqual(row.detail.reason, 'court order 17')
  assert.deepStrictEqual(row.detail.credited, [{ asset: 'XRP/9', amount: String(back) }])
  assert.strictEqual((await ctl('evict', hash)).code, 1)
  assert.strictEqual((await ctl('evict')).code, 2)
  assert.strictEqual((await ask(`/pods/${hash}?reason=${'x'.repeat(201)}`, { method: 'DELETE' })).status, 400)
}, { limit: 60000 })

step('the credit is spent by the token\'s next request', async () => {
  const again = await buy(payToken, 60)
  assert.strictEqual(again.status, 200, again.text)
  assert.strictEqual(again.price, 0)
}, { limit: 60000 })

step('kill -9 during an eviction: the pod is there with its time, or its price is credit', async () => {
  for (const delay of [0, 1, 3, 10]) {
    const token = crypto.randomBytes(16)
    const one = await buy(token)
    assert.strictEqual(one.status, 200, one.text)
    const hash = one.body.manifestHash
    const asked = ask(`/pods/${hash}`, { method: 'DELETE' }).catch(() => ({}))
    await new Promise(resolve => setTimeout(resolve, delay)) // how far it has come is chance
    await host.crash()
    await asked
    await host.start()
    await until('the socket', async () => (await ask('/healthz').catch(() => ({}))).status === 200)
    const held = await credits(token)
    const pod = await host.pod(hash)
    if (held.length === 0) {
      assert.strictEqual(pod.body && pod.body.expiry, one.body.expiry)
    } else {
      await until('it to be gone', async () => (await host.pod(hash)).status === 404)
      assert.ok(Number(held[0].amount) <= one.price)
    }
    const sum = totals(host.database)
    assert.strictEqual(sum.received, sum.earned + sum.owed + sum.credit)
    assert.strictEqual((await ctl('events', '--verify')).code, 0)
  }
}, { limit: 120000 })

step('settings are read again: what can be changed is changed, the rest is named', async () => {
  write(['cost_per_month = 3', 'known_peers = 60', 'max_duration = "30d"', 'threads = 3', 'log_level = "info"'])
  const answer = await ask('/reload', { method: 'POST' })
  assert.strictEqual(answer.status, 200, answer.text)
  assert.deepStrictEqual(answer.body.changes.sort((a, b) => a.setting < b.setting ? -1 : 1), [
    { setting: 'cost_per_month', from: '10', to: '3', applied: 'now' },
    { setting: 'known_peers', from: '50', to: '60', applied: 'now' },
    { setting: 'max_duration', from: '31536000', to: '2592000', applied: 'now' },
    { setting: 'threads', from: '0', to: '3', applied: 'restart' }])
  assert.strictEqual((await host.get('/info')).body.costPerMonth, 3)
  assert.strictEqual((await ask('/terms')).body.knownPeers, 60)
  const again = await ctl('reload')
  assert.strictEqual(again.code, 0, again.err)
  assert.ok(/threads +0 +3 +needs a restart/.test(again.out), again.out)
  assert.ok(!/cost_per_month/.test(again.out), again.out)
})

step('one wrong setting, and nothing is changed', async () => {
  const before = (await ask('/terms')).body
  write(['cost_per_month = 4', 'known_peers = "many"', 'min_duration = 0'])
  const answer = await ask('/reload', { method: 'POST' })
  assert.strictEqual(answer.status, 400, answer.text)
  assert.strictEqual(answer.body.problems.length, 2, answer.text)
  assert.deepStrictEqual((await ask('/terms')).body, before)
  const said = await ctl('reload')
  assert.strictEqual(said.code, 1)
  assert.ok(/known_peers is "many"/.test(said.err), said.err)
  host.program.child.kill('SIGHUP')
  await until('the log to say so', () => /event=settings.not_reloaded/.test(host.program.output))
  assert.deepStrictEqual((await ask('/terms')).body, before)
})

step('SIGHUP does the same, and what an operator drained stays so', async () => {
  assert.strictEqual((await ctl('drain')).code, 0)
  write(['cost_per_month = 5', 'known_peers = 60', 'max_duration = "30d"'])
  host.program.child.kill('SIGHUP')
  await until('the new price', async () => (await ask('/terms')).body.costPerMonth === '5')
  assert.strictEqual((await ask('/terms')).body.draining, true)
  assert.ok((await events()).some(row => row.subject === 'cost_per_month' && row.detail.by === 'SIGHUP'))
  host.program.mustRun()
})

step('rows that somebody changes behind the host\'s back are found', async () => {
  await host.stop()
  execFileSync('sqlite3', [host.database, "UPDATE events SET detail='{}' WHERE seq=3"])
  await host.start()
  await until('the socket', () => fs.existsSync(socket()))
  const said = await ctl('events', '--verify')
  assert.strictEqual(said.code, 1, said.out)
  assert.ok(/row 3 was changed/.test(said.err), said.err)
})

step('nothing is left of it', async () => { await host.stop() })

run({ goOn: false })
