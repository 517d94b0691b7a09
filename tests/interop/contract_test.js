'use strict'
// The recorded contract (see support/contract.js). Payments are real ones, over the embedded connector.
const assert = require('assert')
const { execFileSync } = require('child_process')
const http = require('http')
const path = require('path')
const { step, run, cleanup } = require('./support/tap')
const { Host } = require('./support/host')
const { pay } = require('./support/payer')
const { until, freePort } = require('./support/wait')
const places = require('./support/places')
const { load, replay, judge, send, title, unusedDifferences, elsewhere } = require('./support/contract')

const groups = ['01-self-test-gate', '02-info-and-peers', '03-pod-request-validation', '04-price-quote',
  '05-payment-and-lifecycle', '06-logs', '07-pod-ingress', '08-admin', '09-dev-mode', '10-limits']

const asRecorded = {
  CODIUS_PUBLIC_URI: 'https://codius.example.com',
  CODIUS_PAYMENT_TIMEOUT: '3',
  CODIUS_GOSSIP_INTERVAL: '1h',
  CODIUS_BOOTSTRAP_PEERS: JSON.stringify(['https://a.example.org', 'https://b.example.org', 'https://c.example.org'])
}
const hosts = {}
const start = async (name, settings) => {
  hosts[name] = await Host.make(`contract-${name}`, Object.assign({}, asRecorded, settings))
  await hosts[name].start()
}
const main = () => hosts.main

step('the list of differences names recorded cases and tests that are there', async () => {
  assert.deepStrictEqual(unusedDifferences(groups), [])
  for (const [id, test] of Object.entries(elsewhere)) {
    const found = execFileSync('grep', ['-rlF', test, path.join(places.project, 'tests')]).toString().split('\n')
    assert.ok(found.some(file => file && !file.endsWith('contract_differences.js')), `${id}: no test "${test}"`)
  }
})
step('a host as it was recorded', () => start('main'))

replay('02-info-and-peers', main, c => !(c.state || ''))
replay('03-pod-request-validation', main)
replay('04-price-quote', main, c => !c.id.startsWith('quote-cost'))

// --- prices: one host for each cost and scale ----------------------------------------------------

for (const c of load('04-price-quote').filter(c => c.id.startsWith('quote-cost'))) {
  step(`04 ${title(c)}`, async () => {
    const [, cost, scale] = /^quote-cost-(.+)-scale-(\d+)-/.exec(c.id) || [null, 'NaN', '9']
    const host = await Host.make('contract-price', Object.assign({}, asRecorded,
      { CODIUS_COST_PER_MONTH: cost === '1e-9' ? '0.000000001' : cost, CODIUS_ASSET_SCALE: scale }))
    try {
      await host.start()
      judge(c, await send(host.port, c))
    } catch (e) {
      // What can't be a price ends the start with a sentence.
      if (host.program.code !== 2) throw e
      judge(c, { status: 0, headers: {}, text: host.program.tail(), json: { started: false } })
    } finally {
      await host.stop()
    }
  })
}

// --- payments --------------------------------------------------------------------------------------

const tokens = new Map() // of the record → of this run, so that a token that comes again does so here
async function paid (host, c) {
  const r = c.request
  const sent = r.headers.find(([name]) => name.toLowerCase() === 'pay-token')[1]
  if (!tokens.has(sent)) tokens.set(sent, require('crypto').randomBytes(16))
  const answer = await pay(host.ilpPort, `http://localhost:${host.port}${r.path}`, {
    method: r.method, body: r.body && JSON.parse(r.body), maxPrice: c.payment.send_max, payToken: tokens.get(sent)
  })
  return { status: answer.status, headers: answer.headers || {}, text: answer.text, json: answer.body, paid: String(answer.price) }
}

for (const c of load('05-payment-and-lifecycle').filter(c => c.request && !elsewhere[c.id])) {
  const host = () => (/full|memory/.test(c.state || '') ? hosts.full : hosts.main)
  step(`05 ${title(c)}`, async () => {
    if (host() === undefined) await start('full', { CODIUS_MAX_MEMORY_FRACTION: '0.000001' })
    const answer = c.payment.stream === 'open' ? await paid(host(), c) : await send(host().port, c)
    const recorded = c.response
    const headers = {}
    if (c.payment.stream !== 'open') for (const [name, value] of recorded.headers) headers[name.toLowerCase()] = value
    judge(c, answer, { status: recorded.status, headers, json: recorded.json })
    if (c.payment_after && answer.status === 200 && c.payment.stream === 'open' && answer.paid !== undefined && !answer.checked) {
      const wanted = c.payment_after.received_total_on_stream
      if (!/reuse/.test(c.id)) assert.ok(Number(answer.paid) <= Number(wanted), `${answer.paid} paid, recorded ${wanted}`)
    }
  }, { limit: 60000 })
}

// --- logs: what is refused before any is read -------------------------------------------------------

replay('06-logs', main, c => ['logs-unknown-pod', 'logs-upper-case-id', 'logs-debug-false'].includes(c.id))

// --- pods behind the proxy ---------------------------------------------------------------------------

/** The pod of the record: it tells what it saw. */
function echo (req, res) {
  const parts = []
  req.on('data', block => parts.push(block))
  req.on('end', () => {
    if (req.url === '/reset') return req.socket.destroy()
    if (req.url === '/500') return res.writeHead(500, { 'content-type': 'text/plain' }).end('pod error')
    if (req.url === '/redirect') return res.writeHead(302, { location: 'http://127.0.0.1/else', 'set-cookie': 'a=b; Domain=127.0.0.1' }).end()
    res.writeHead(200, { 'content-type': 'application/json', 'x-pod': '1' })
    res.end(JSON.stringify({ method: req.method, path: req.url, headers: req.headers, body: Buffer.concat(parts).toString() }))
  })
}
const labels = {} // recorded label → hash of the pod that stands for it

async function runPod (label, port) {
  const manifest = { name: `contract-${label[0]}`, version: '1', containers: [{ id: 'web', image: 'registry.example.com/a@sha256:' + '1'.repeat(64) }] }
  if (port) manifest.port = String(port)
  const answer = await pay(main().ilpPort, `http://localhost:${main().port}/pods?duration=600`, { body: { manifest } })
  assert.strictEqual(answer.status, 200, answer.text)
  labels[label] = answer.body.manifestHash
}

step('pods like those of the record run', async () => {
  const server = http.createServer(echo)
  server.on('upgrade', (req, socket) => {
    if (req.url === '/refuse') return socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\n\r\nnope')
    socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
      'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n')
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => new Promise(resolve => server.close(resolve)))
  await runPod('a'.repeat(52), server.address().port)
  await runPod('b'.repeat(52), 0)
  await runPod('d'.repeat(52), await freePort())
})

/** A case with the labels of this run. */
function relabelled (c) {
  let text = JSON.stringify(c)
  for (const [label, hash] of Object.entries(labels)) {
    text = text.split(label).join(hash).split(label.toUpperCase()).join(hash.toUpperCase())
  }
  return Object.assign(JSON.parse(text), { volatile: ['/numPeers'] })
}

for (const c of load('07-pod-ingress').filter(c => !elsewhere[c.id])) {
  step(`07 ${title(c)}`, async () => {
    const here = relabelled(c)
    judge(here, await send(main().port, here))
  })
}

// --- states of their own -------------------------------------------------------------------------------

step('a host that tells little', () => start('quiet', { CODIUS_ADDITIONAL_HOST_INFO: 'false' }))
replay('02-info-and-peers', () => hosts.quiet, c => (c.state || '').includes('ADDITIONAL'))

step('a host in development mode, without a name', () => start('dev', { CODIUS_PUBLIC_URI: '', CODIUS_BOOTSTRAP_PEERS: '[]' }))
replay('09-dev-mode', () => hosts.dev)

step('a host without peers', () => start('alone', { CODIUS_BOOTSTRAP_PEERS: '[]' }))
replay('10-limits', () => hosts.alone)
step('no recorded host is left running', async () => {
  await until('all hosts to end', async () => {
    await Promise.all(Object.values(hosts).map(h => h.stop()))
    return true
  })
})

run({ goOn: true })
