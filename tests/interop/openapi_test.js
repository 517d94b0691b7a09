'use strict'
// GET /openapi.json against the answers of a running host: every operation is had once, and fails
// in many ways, and each answer is as described. The recorded contract does the same (contract_test).
const assert = require('assert')
const { step, run } = require('./support/tap')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { request } = require('./support/http')
const { description, text, mustBeDescribed, faultsOfDescription, unseen } = require('./support/description')

let host, hash
const token = Buffer.alloc(16, 7).toString('base64')
const unknown = 'a'.repeat(52)

async function ask (method, target, options = {}) {
  const answer = await request(host.port, target, Object.assign({ method }, options))
  mustBeDescribed(method, target, answer)
  return answer
}
async function refused (status, code, method, target, options) {
  const answer = await ask(method, target, options)
  assert.strictEqual(`${answer.status} ${answer.body.code}`, `${status} ${code}`, answer.text)
  return answer
}

step('the description is OpenAPI 3.1', () => assert.deepStrictEqual(faultsOfDescription(), []))

step('a host serves it', async () => {
  host = await Host.make('openapi', { CODIUS_PAYMENT_TIMEOUT: '3' })
  await host.start()
  const answer = await ask('GET', '/openapi.json')
  assert.strictEqual(answer.text, text)
})

step('a pod is quoted, asked for, paid, shown and extended', async () => {
  const manifest = Object.assign(newManifest(), { debug: true })
  await ask('OPTIONS', '/pods?duration=600', { body: { manifest } })
  const first = await refused(402, 'payment_required', 'POST', '/pods?duration=600', { body: { manifest }, headers: { 'Pay-Token': token } })
  assert.ok(first.headers.pay)
  const bought = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest } })
  assert.strictEqual(bought.status, 200, bought.text)
  hash = bought.body.manifestHash
  const payToken = Buffer.alloc(16, 9)
  for (const method of ['POST', 'PUT']) {
    const target = method === 'POST' ? '/pods?duration=600' : `/pods?duration=600&manifestHash=${hash}`
    const body = method === 'POST' ? { manifest } : undefined
    payToken[0] += 1
    const paid = await pay(host.ilpPort, host.uri + target, { method, body, payToken })
    assert.strictEqual(paid.status, 200, paid.text)
    // The same request with the same token is the same sale.
    const again = await ask(method, target, { body, headers: { 'Pay-Token': payToken.toString('base64') } })
    assert.strictEqual(again.text, paid.text)
  }
  await ask('GET', `/pods?manifestHash=${hash}`)
  await ask('GET', `/pods/${hash}/logs`)
}, { limit: 60000 })

for (const target of ['/', '/version', '/info', '/info?requestPeers=true', '/memory', '/peers', '/peers?limit=5',
  '/errors', '/errors/no_capacity', '/errors/F02', '/credits']) {
  step(`GET and HEAD ${target}`, async () => {
    const headers = { 'Pay-Token': token }
    const answer = await ask('GET', target, { headers })
    assert.strictEqual(answer.status, 200)
    const head = await ask('HEAD', target, { headers })
    assert.strictEqual(head.status, 200)
    assert.strictEqual(head.text, '')
  })
}

step('hosts meet', () => ask('POST', '/peers/discover', { body: { peers: ['https://host.example'] } }))

step('money that is not enough becomes a credit, in an answer as described', async () => {
  const payToken = Buffer.alloc(16, 11)
  const manifest = newManifest()
  const short = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest }, payToken, maxPrice: '1000' })
    .catch(e => ({ text: e.message }))
  void short
  const held = await ask('GET', '/credits', { headers: { 'Pay-Token': payToken.toString('base64') } })
  assert.ok(held.body.credits.length <= 1)
}, { limit: 60000 })

step('sales that are not waited for have a record and events', async () => {
  const later = { 'Pay-Token': Buffer.alloc(16, 13).toString('base64'), Prefer: 'respond-async' }
  await ask('PUT', `/pods?duration=600&manifestHash=${hash}`, { headers: later })
  later['Pay-Token'] = Buffer.alloc(16, 14).toString('base64')
  const begun = await ask('POST', '/pods?duration=600', { body: { manifest: newManifest() }, headers: later })
  assert.strictEqual(begun.status, 202)
  const at = begun.headers.location
  await ask('GET', at)
  const events = await ask('GET', `${at}/events`) // nobody pays: it ends when that is clear
  const last = /^id: *(\d+)$/gm
  let id
  for (let found = last.exec(events.text); found; found = last.exec(events.text)) id = found[1]
  assert.strictEqual((await ask('GET', `${at}/events`, { headers: { 'Last-Event-ID': id } })).status, 204)
  assert.strictEqual((await ask('GET', at)).body.state, 'failed')
}, { limit: 60000 })

const asUpload = body => ({ body, headers: { 'Pay-Token': token } })
const failures = [
  [404, 'not_found', 'GET', '/nowhere'],
  [404, 'not_found', 'DELETE', '/pods'],
  [404, 'not_found', 'GET', '/errors/nonsense'],
  [404, 'unknown_pod', 'GET', `/pods?manifestHash=${unknown}`],
  [422, 'unprocessable', 'GET', '/pods'],
  [404, 'unknown_pod', 'GET', `/pods/${unknown}/logs`],
  [404, 'unknown_pod', 'PUT', `/pods?manifestHash=${unknown}&duration=60`, { headers: { 'Pay-Token': token } }],
  [400, 'missing_pay_token', 'GET', '/credits'],
  [400, 'invalid_pay_token', 'GET', '/credits', { headers: { 'Pay-Token': 'abc' } }],
  [400, 'malformed', 'POST', '/pods', asUpload('{')],
  [400, 'invalid_manifest', 'POST', '/pods', asUpload({ manifest: { name: 'x' } })],
  [400, 'invalid_duration', 'OPTIONS', '/pods?duration=-1', { body: { manifest: newManifest() } }],
  [400, 'missing_pay_token', 'POST', '/pods', { body: { manifest: newManifest() } }],
  [415, 'unsupported', 'POST', '/pods', { body: 'a: b', headers: { 'Content-Type': 'text/yaml', 'Pay-Token': token } }],
  [413, 'too_large', 'POST', '/pods', asUpload('x'.repeat(1048577))],
  [400, 'invalid', 'GET', '/peers?limit=0'],
  [400, 'invalid', 'POST', '/peers/discover', { body: { peers: 7 } }],
  [431, 'header_too_large', 'GET', '/version', { headers: { A: 'a'.repeat(20000) } }],
  [414, 'header_too_large', 'GET', '/' + 'a'.repeat(9000)],
  [400, 'malformed', 'GET', '/%zz']
]
for (const [status, code, method, target, options] of failures) {
  step(`${status} ${code}: ${method} ${target.slice(0, 40)}`, () => refused(status, code, method, target, options))
}

step('GET /errors says what every code means, with the statuses that it came with', async () => {
  const { errors, payments } = (await ask('GET', '/errors')).body
  for (const [status, code] of failures) {
    assert.ok(errors.find(e => e.code === code).statuses.includes(status), `${code} with ${status}`)
  }
  assert.deepStrictEqual(errors.map(e => e.code), description.components.schemas.ErrorCode.enum)
  assert.ok(payments.find(p => p.code === 'R00').money.includes('Not known'))
})

step('every operation was seen to succeed as described', () => assert.deepStrictEqual(unseen(), []))

run({ goOn: true })
