'use strict'
// A host that uploads to itself through its public name, with real pods; and hosts whose public side
// is broken in one way each. Needs root.
const assert = require('assert')
const http = require('http')
const net = require('net')
const { Host, removeLeftovers } = require('./support/host')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const machine = require('./support/machine')
const { freePort } = require('./support/wait')
const { step, run, cleanup } = require('./support/tap')

let host, before, pod
const manifest = { name: 'x', version: '1', containers: [{ id: 'a', image: `x@sha256:${'0'.repeat(64)}` }] }
const tested = async (at = host) => (await at.get('/info')).body.selfTestSuccess
const hashOf = authority => (/^([a-z2-7]{52})\./.exec(authority || '') || [])[1]

/**
 * What stands in front of a host: passes requests and upgrades on, unless `broken` says how to treat
 * one instead. Its port is the public one.
 */
function startFront (port, broken) {
  const front = http.createServer((req, res) => {
    if (broken.request && broken.request(req, res)) return
    const onward = http.request({ host: '127.0.0.1', port, path: req.url, method: req.method, headers: req.headers }, answer => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => res.destroy())
    req.pipe(onward)
  })
  front.on('upgrade', (req, socket, head) => {
    socket.on('error', () => {})
    if (broken.upgrade && broken.upgrade(req, socket)) return
    const onward = net.connect(port, '127.0.0.1', () => {
      const fields = req.rawHeaders.reduce((text, part, i) => text + part + (i % 2 ? '\r\n' : ': '), '')
      onward.write(`${req.method} ${req.url} HTTP/1.1\r\n${fields}\r\n`)
      onward.write(head)
      socket.pipe(onward)
      onward.pipe(socket)
    })
    onward.on('error', () => socket.destroy())
  })
  return new Promise(resolve => front.listen(0, '127.0.0.1', () => {
    cleanup(() => front.close())
    resolve(front)
  }))
}

/** A host behind such a front, that has tried itself and failed. What it refuses then. */
async function failing (name, broken) {
  const port = await freePort()
  const front = await startFront(port, broken)
  host = await Host.make(name, {
    CODIUS_PORT: String(port),
    CODIUS_PUBLIC_URI: `http://localhost:${front.address().port}`,
    CODIUS_POD_RUNTIME: 'oci',
    CODIUS_SELF_TEST: 'true',
    CODIUS_SELF_TEST_RETRIES: '2',
    CODIUS_SELF_TEST_INTERVAL: '1'
  })
  host.port = port
  await host.start()
  return until('the self-test to fail', async () => {
    const { body } = await host.get('/pods', { method: 'POST', body: { manifest } })
    return body.message === 'Self Test Failed' && body
  }, 40000)
}

async function onlyUploadsAndGossipAreRefused () {
  for (const path of ['/version', '/info', '/peers']) assert.strictEqual((await host.get(path)).status, 200, path)
  const price = await host.get('/pods?duration=60', { method: 'OPTIONS', body: { manifest } })
  assert.strictEqual(price.status, 200, price.text)
  assert.notStrictEqual((await host.get(`/pods?manifestHash=${'a'.repeat(52)}&duration=60`, { method: 'PUT' })).status, 503)
  assert.strictEqual((await host.get('/peers/discover', { method: 'POST', body: { peers: [] } })).status, 503)
  const upload = await host.get('/pods?duration=60', { method: 'POST', body: { manifest } })
  assert.strictEqual(upload.status, 503)
  assert.strictEqual(upload.body.statusCode, 503)
  assert.strictEqual(upload.body.code, 'self_test_pending')
  assert.ok(Number(upload.headers['retry-after']) > 0)
  const guess = { Authorization: `Bearer ${'0'.repeat(64)}` }
  assert.strictEqual((await host.get('/pods?duration=60', { method: 'POST', body: { manifest }, headers: guess })).status, 503)
  assert.strictEqual(await tested(), false)
}

step('this is root, and no other host uses the machine\'s pod network', async () => {
  assert.strictEqual(process.getuid(), 0, 'pods need root: run the tests as root')
  assert.strictEqual(machine.otherHost(), undefined)
  await removeLeftovers()
  before = machine.trace()
  cleanup(() => host && host.release())
}, { limit: 60000 })

step('a host uploads to itself, and tells in /info that it worked', async () => {
  host = await Host.make('self', { CODIUS_POD_RUNTIME: 'oci', CODIUS_SELF_TEST: 'true' })
  await host.start()
  await until('the self-test to pass', () => { host.program.mustRun(); return tested() }, 40000)
  pod = (/self_test\.passed pod=([a-z2-7]{52})/.exec(host.program.output) || [])[1]
  assert.ok(pod, host.program.tail())
}, { limit: 90000 })

step('it paid the exact price once, to itself', async () => {
  const sold = ledger.purchases(host.database)
  assert.strictEqual(sold.length, 1)
  assert.strictEqual(sold[0].state, 'delivered')
  assert.deepStrictEqual(ledger.totals(host.database), { received: sold[0].price, earned: sold[0].price, owed: 0, credit: 0, refunded: 0 })
  assert.deepStrictEqual(ledger.faults(host.database), [])
})

step('its pod is one like any other', async () => {
  const page = await host.get('/', { host: `${pod}.localhost:${host.port}` })
  assert.strictEqual(page.status, 200, page.text)
  assert.strictEqual(page.body.imageUploaded, true)
  const known = (await host.pod(pod)).body
  assert.strictEqual(known.manifest.port, '3000')
  assert.ok(known.manifest.containers[0].image.startsWith('codius.invalid/self-test@sha256:'))
  assert.ok(Date.parse(known.expiry) - Date.now() <= 180000)
})

step('uploads are taken', async () => {
  const answer = await host.get('/pods?duration=60', { method: 'POST', body: { manifest } })
  assert.strictEqual(answer.status, 400, answer.text) // no Pay-Token
})

step('without ilp_listen it pays all the same, and without the connector', async () => {
  await host.release()
  host = await Host.make('closed', { CODIUS_POD_RUNTIME: 'oci', CODIUS_SELF_TEST: 'true', CODIUS_ILP_LISTEN: 'off' })
  await host.start()
  await until('the self-test to pass', () => tested(), 40000)
}, { limit: 90000 })

step('in development mode nothing is tested and nothing refused, unless it is set', async () => {
  await host.release()
  host = await Host.make('off', {})
  await host.start()
  assert.strictEqual((await host.get('/pods', { method: 'POST', body: { manifest } })).status, 400)
  assert.strictEqual(await tested(), false)
  assert.ok(!/self_test\.(passed|failed)/.test(host.program.output))
}, { limit: 60000 })

step('a public URI that nobody listens at fails in the step "version"', async () => {
  await host.stop()
  const body = await failing('deaf', { request: (req, res) => { req.socket.destroy(); return true } })
  assert.ok(body.reason.includes('the step "version" failed'), body.reason)
  assert.strictEqual(body.stats.running, false)
  await onlyUploadsAndGossipAreRefused()
}, { limit: 90000 })

step('a front that does not pass OPTIONS on fails in the step "quote"', async () => {
  await host.release()
  const body = await failing('quoteless', {
    request: (req, res) => req.method === 'OPTIONS' && (res.writeHead(204), res.end(), true)
  })
  assert.ok(body.reason.includes('the step "quote" failed'), body.reason)
}, { limit: 90000 })

step('a public name that leads to a thief fails in the step "upload", and pays nothing', async () => {
  await host.release()
  const secret = Buffer.alloc(32, 1).toString('base64')
  const body = await failing('robbed', {
    request: (req, res) => {
      if (req.method !== 'POST' || !req.url.startsWith('/pods') || !req.headers.authorization) return false
      req.resume()
      res.writeHead(402, { Pay: `interledger-stream g.thief.pocket ${secret}` })
      res.end('{}')
      return true
    }
  })
  assert.ok(body.reason.includes('the step "upload" failed'), body.reason)
  assert.ok(body.reason.includes('somebody else'), body.reason)
  assert.strictEqual(body.stats.uploadSuccess, false)
  assert.strictEqual(ledger.totals(host.database).received, 0)
}, { limit: 90000 })

step('a front that does not know the pods\' names fails in the step "http"', async () => {
  await host.release()
  const body = await failing('nameless', {
    request: (req, res) => hashOf(req.headers.host) && (res.writeHead(404), res.end(), true)
  })
  assert.ok(body.reason.includes('the step "http" failed'), body.reason)
  assert.strictEqual(body.stats.uploadSuccess, true)
  assert.strictEqual(body.stats.httpSuccess, false)
  await onlyUploadsAndGossipAreRefused()
}, { limit: 90000 })

step('pods that run go on while uploads are refused', async () => {
  const running = ledger.purchases(host.database)[0].pod
  const page = await host.get('/', { host: `${running}.localhost:${host.port}` })
  assert.strictEqual(page.status, 200, page.text)
})

step('a front without WebSockets fails in the step "websocket"', async () => {
  await host.release()
  const body = await failing('socketless', {
    upgrade: (req, socket) => { socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'); return true }
  })
  assert.ok(body.reason.includes('the step "websocket" failed'), body.reason)
  assert.strictEqual(body.stats.httpSuccess, true)
  assert.strictEqual(body.stats.wsSuccess, false)
}, { limit: 90000 })

step('nothing stays behind', async () => {
  await host.release()
  assert.deepStrictEqual(machine.trace(), before)
}, { limit: 60000 })

run()
