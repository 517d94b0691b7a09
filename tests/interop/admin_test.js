'use strict'
// The operator's side of a host: the socket, what the original's admin API answers, the rest of it,
// and `codiusd ctl`.
const assert = require('assert')
const fs = require('fs')
const http = require('http')
const net = require('net')
const path = require('path')
const { execFile, execFileSync } = require('child_process')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { until, freePort } = require('./support/wait')
const { step, run } = require('./support/tap')
const { request } = require('./support/http')
const { load, judge, send, title } = require('./support/contract')
const places = require('./support/places')

let host, port, sold
const socket = () => path.join(host.settings.CODIUS_RUN_DIR, 'admin.sock')

/** A request to the socket. */
function ask (target, { method = 'GET', body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const all = Object.assign({ Host: 'localhost' }, headers)
    if (text !== undefined) all['Content-Length'] = Buffer.byteLength(text)
    const req = http.request({ socketPath: socket(), path: target, method, headers: all, agent: false }, res => {
      let got = ''
      res.on('data', block => { got += block })
      res.on('end', () => {
        let json
        try { json = JSON.parse(got) } catch (e) { json = undefined }
        resolve({ status: res.statusCode, headers: res.headers, text: got, body: json })
      })
    })
    req.on('error', reject)
    req.end(text)
  })
}

/** `codiusd ctl` with these words: {code, out, err}. */
const ctl = (...words) => new Promise(resolve => execFile(places.codiusd, ['ctl', '--admin', socket(), ...words],
  { env: {} }, (e, out, err) => resolve({ code: e ? e.code : 0, out, err })))

step('a host has its admin API at a socket that nobody else may open', async () => {
  host = await Host.make('admin', { CODIUS_BOOTSTRAP_PEERS: '[]', CODIUS_GOSSIP_INTERVAL: '1h' })
  await host.start()
  await until('the socket', () => fs.existsSync(socket()))
  const { mode } = fs.statSync(socket())
  assert.strictEqual(mode & 0o777, 0o600)
  assert.strictEqual(mode & fs.constants.S_IFMT, fs.constants.S_IFSOCK)
  assert.deepStrictEqual((await ask('/healthz')).body, { alive: true })
})

step('it says when it is ready to sell', async () => {
  const ready = await until('it to be ready', async () => {
    const answer = await ask('/readyz')
    return answer.status === 200 && answer
  })
  assert.strictEqual(ready.body.ready, true)
  assert.deepStrictEqual(ready.body.parts.map(p => p.part), ['store', 'pods', 'payments', 'self-test', 'public server', 'sales'])
})

step('a pod shows with all that is known of it', async () => {
  assert.deepStrictEqual((await ask('/getPods')).body, { running: [] })
  const manifest = newManifest()
  sold = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest } })
  assert.strictEqual(sold.status, 200, sold.text)
  const hash = sold.body.manifestHash
  assert.deepStrictEqual((await ask('/getPods')).body, { running: [hash] })
  const info = (await ask(`/getPodInfo?id=${hash}`)).body
  assert.strictEqual(info.running, true)
  assert.strictEqual(info.memory, 512)
  assert.strictEqual(info.totalUptime, 600)
  assert.strictEqual(info.expiry, sold.body.expiry)
  const [listed] = (await ask('/pods')).body.pods
  assert.strictEqual(listed.hash, hash)
  assert.deepStrictEqual(listed.paid, [{ amount: String(sold.price), assetCode: 'XRP', assetScale: 9 }])
  const whole = (await ask(`/pods/${hash}`)).body
  assert.strictEqual(whole.latestPurchases[0].price, String(sold.price))
  assert.strictEqual(whole.expiresAt, sold.body.expiry)
  assert.deepStrictEqual(whole.manifest, manifest)
  assert.strictEqual((await ask(`/pods/${'a'.repeat(52)}`)).status, 404)
}, { limit: 60000 })

step('earnings are exact', async () => {
  const [line] = (await ask('/earnings')).body.assets
  assert.strictEqual(line.earned, String(sold.price))
  assert.strictEqual(line.received, line.earned)
  assert.strictEqual(line.owed, '0')
  const all = (await ask('/getAllUptime')).body
  assert.strictEqual(all.aggregate_pod_uptime, '600')
  assert.strictEqual(Number(all.aggregate_earnings.XRP) * 1e9, Number(sold.price))
})

step('D-40 the price is what an operator says, also 0, and whoever was quoted the old one pays no more', async () => {
  const quote = () => host.get('/pods?duration=2628000', { method: 'OPTIONS', body: { manifest: newManifest() } })
  assert.strictEqual((await quote()).body.price, '10000000000')
  const changed = await ask('/terms', { method: 'PATCH', body: { costPerMonth: '0.5' } })
  assert.strictEqual(changed.status, 200, changed.text)
  assert.strictEqual(changed.body.before.costPerMonth, '10')
  assert.strictEqual((await quote()).body.price, '500000000')
  assert.strictEqual((await ask('/config', { method: 'POST', body: { hostCostPerMonth: 0 } })).status, 204)
  assert.strictEqual((await quote()).body.price, '0')
  assert.strictEqual((await ask('/terms', { method: 'PATCH', body: { costPerMonth: '20' } })).status, 200)
  const again = await pay(host.ilpPort, `${host.uri}/pods?duration=2628000`, { body: { manifest: newManifest() } })
  assert.strictEqual(again.status, 200, again.text)
  assert.strictEqual(Number(again.price), 0) // the least of the last minute
}, { limit: 60000 })

step('a change that is wrong in one place changes nothing, and says all that is wrong', async () => {
  const before = (await ask('/terms')).body
  const answer = await ask('/terms', { method: 'PATCH', body: { costPerMonth: -1, minDuration: 2.5, draining: 'yes', x: 1 } })
  assert.strictEqual(answer.status, 400)
  assert.deepStrictEqual(answer.body.errors.map(e => e.pointer).sort(), ['/costPerMonth', '/draining', '/minDuration', '/x'])
  assert.strictEqual((await ask('/terms', { method: 'PATCH', body: { minDuration: 60, maxDuration: 30 } })).status, 400)
  for (const body of ['', '[]', '{', 'null', '"x"', '['.repeat(10000), '{"costPerMonth":1e400}']) {
    assert.strictEqual((await ask('/terms', { method: 'PATCH', body })).status, 400, body.slice(0, 20))
  }
  assert.strictEqual((await ask('/terms', { method: 'PATCH', body: '{}', headers: { 'Content-Type': 'text/plain' } })).status, 415)
  assert.deepStrictEqual((await ask('/terms')).body, before)
})

step('a drained host refuses new pods, and sells more time to those that it has', async () => {
  assert.strictEqual((await ctl('drain')).code, 0)
  const refused = await pay(host.ilpPort, `${host.uri}/pods?duration=60`, { body: { manifest: newManifest() } })
  assert.strictEqual(refused.status, 503, refused.text)
  assert.ok(/drain/.test(refused.body.message), refused.text)
  const more = await pay(host.ilpPort, `${host.uri}/pods?manifestHash=${sold.body.manifestHash}&duration=60`, { method: 'PUT' })
  assert.strictEqual(more.status, 200, more.text)
  assert.strictEqual((await ask('/readyz')).status, 503)
  assert.strictEqual((await ctl('drain', 'off')).code, 0)
  assert.strictEqual((await ask('/readyz')).status, 200)
}, { limit: 60000 })

step('peers are added and removed', async () => {
  const uri = 'http://localhost:1'
  assert.strictEqual((await ask('/peers', { method: 'POST', body: { uri } })).body.bootstrap, true)
  assert.deepStrictEqual((await ask('/peers')).body.peers.map(p => p.uri), [uri])
  assert.strictEqual((await ask('/peers', { method: 'POST', body: { uri: 'nonsense' } })).status, 400)
  assert.strictEqual((await ask('/peers', { method: 'DELETE' })).status, 400)
  assert.strictEqual((await ask(`/peers?uri=${encodeURIComponent(uri)}`, { method: 'DELETE' })).status, 200)
  assert.strictEqual((await ask(`/peers?uri=${encodeURIComponent(uri)}`, { method: 'DELETE' })).status, 404)
})

step('the tree names every actor', async () => {
  const ids = []
  const walk = node => { ids.push(node.id.split('/').pop()); node.children.forEach(walk) }
  walk((await ask('/tree')).body)
  for (const id of ['keeper', 'ilp', 'proxy', 'expiry', 'pods', 'manifests', 'sales', 'peers', 'logs', 'ingress', 'self_test', 'admin']) {
    assert.ok(ids.includes(id), `${id} is not among ${ids}`)
  }
})

step('promtool finds nothing wrong with the metrics, and no series is of a pod', async () => {
  const { status, headers, text } = await ask('/metrics')
  assert.strictEqual(status, 200)
  assert.ok(headers['content-type'].startsWith('text/plain; version=0.0.4'))
  const said = execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  assert.strictEqual(said, '')
  assert.ok(!text.includes(sold.body.manifestHash))
  assert.ok(/^codius_pods\{phase="running"\} [12]$/m.test(text), text)
  assert.ok(/^codius_earned_units_total\{asset="XRP",scale="9"\} [1-9]/m.test(text), text)
})

step('codiusd ctl shows each of these to a person, and as JSON', async () => {
  const hash = sold.body.manifestHash
  for (const [words, shown] of [
    [['status'], /payments +at private\.codius/], [['pods'], new RegExp(`${hash} +running`)],
    [['pod', hash], /left +10 min|left +11 min/], [['earnings'], /^XRP +0\.00/m], [['peers'], /no peers/],
    [['tree'], /^ +keeper +running +0 +\d+$/m], [['price'], /price +20 a month/], [['self-test'], /off/], [['metrics'], /codius_build_info/]
  ]) {
    const plain = await ctl(...words)
    assert.strictEqual(plain.code, 0, plain.err)
    assert.ok(shown.test(plain.out), `${words}: ${plain.out}`)
    assert.ok(!plain.out.includes('\u001b'))
    if (words[0] === 'metrics') continue
    const json = await ctl('--json', ...words)
    assert.ok(JSON.parse(json.out), json.out)
  }
  assert.strictEqual((await ctl('price', '3.5')).code, 0)
  assert.strictEqual((await host.get('/info')).body.costPerMonth, 3.5)
}, { limit: 60000 })

step('codiusd ctl ends with a sentence and a status where it cannot', async () => {
  for (const [words, code, sentence] of [
    [['price', 'dear'], 1, /\/costPerMonth must be a decimal/], [['pod', 'x/../y'], 1, /Not Found/], [['pod', 'xyz'], 1, /no pod found/], [['self-test', 'run'], 1, /noop/],
    [['frobnicate'], 2, /--help/], [[], 2, /--help/], [['drain', 'maybe'], 2, /--help/]
  ]) {
    const said = await ctl(...words)
    assert.strictEqual(said.code, code, `${words}: ${said.out}${said.err}`)
    assert.ok(sentence.test(said.err), said.err)
  }
  const lost = await ctl('--admin', '/nowhere/admin.sock', 'status')
  assert.strictEqual(lost.code, 3)
  assert.ok(/no host answers at \/nowhere/.test(lost.err), lost.err)
})

step('D-38 a web page in the operator\'s browser is refused, whatever name it uses', async () => {
  for (const headers of [{ Host: 'attacker.example' }, { Host: 'localhost.attacker.example' }, { Host: '127.0.0.1.attacker.example' },
    { Host: 'localhost', Origin: 'https://attacker.example' }, { Host: 'localhost', 'Sec-Fetch-Site': 'cross-site' }]) {
    assert.strictEqual((await ask('/getPods', { headers })).status, 403, JSON.stringify(headers))
  }
  for (const name of ['localhost', 'localhost:3001', '127.0.0.1:3001', '[::1]:3001']) {
    assert.strictEqual((await ask('/getPods', { headers: { Host: name } })).status, 200, name)
  }
})

step('a dead host\'s socket is replaced, a living one\'s is not', async () => {
  await host.crash()
  assert.ok(fs.existsSync(socket()))
  await host.start()
  await until('the socket', async () => (await ask('/healthz').catch(() => ({}))).status === 200)
  const other = await Host.make('admin-other', { CODIUS_RUN_DIR: host.settings.CODIUS_RUN_DIR })
  await other.start().catch(() => {})
  assert.strictEqual((await ask('/pods')).body.pods.length, 2, 'it is still the first host that answers')
  await other.stop().catch(() => {})
  assert.strictEqual((await ask('/healthz')).status, 200)
}, { limit: 90000 })

// --- at a port, as it was recorded from the original -------------------------------------------------

step('a host with its admin API at a port', async () => {
  await host.stop()
  assert.ok(!fs.existsSync(socket()))
  port = await freePort()
  host = await Host.make('admin-port', {
    CODIUS_ADMIN_LISTEN: `127.0.0.1:${port}`, CODIUS_PUBLIC_URI: 'https://codius.example.com', CODIUS_BOOTSTRAP_PEERS: '[]'
  })
  await host.start()
  await until('the port', async () => (await request(port, '/healthz').catch(() => ({}))).status === 200)
}, { limit: 60000 })

const local = c => {
  const here = JSON.parse(JSON.stringify(c))
  here.request.headers = here.request.headers.map(([name, value]) => [name, value.replace('local.codius.org', 'localhost')])
  return here
}
const withPods = ['admin-getpods', 'admin-podinfo', 'admin-podinfo-starting', 'admin-uptime', 'admin-uptime-after-extend',
  'admin-uptime-after-restart', 'admin-earnings', 'admin-not-gated', 'admin-head']

for (const c of load('08-admin').filter(c => !withPods.includes(c.id))) {
  step(`08 ${title(c)}`, async () => judge(c, await send(c.server === 'public' ? host.port : port, local(c))))
}

step('nothing is left of it', async () => {
  await host.stop()
  await assert.rejects(new Promise((resolve, reject) => net.connect(port, '127.0.0.1', resolve).on('error', reject)))
})

run({ goOn: true })
