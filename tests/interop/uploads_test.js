'use strict'
// Uploads that may take long: a record at once, paid later by a real STREAM client, followed by
// events, and true after SIGKILL at any moment.
const assert = require('assert')
const crypto = require('crypto')
const { execFileSync } = require('child_process')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { payTo } = require('./support/stream')
const { follow } = require('./support/events')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const { step, run, note } = require('./support/tap')

const seconds = 600
const patience = 4 // of the host, for a payer
let host, price

const token = () => crypto.randomBytes(16)
function post (manifest, payToken, headers = { Prefer: 'respond-async' }) {
  return host.get(`/pods?duration=${seconds}`, {
    method: 'POST',
    body: { manifest },
    headers: Object.assign({ 'Pay-Token': payToken.toString('base64') }, headers)
  })
}
const record = async location => {
  const answer = await host.get(location)
  assert.strictEqual(answer.status, 200, answer.text)
  return answer.body
}
const steps = body => body.steps.map(each => each.step)

/** A record that can be paid. */
async function begin (payToken = token()) {
  const answer = await post(newManifest(), payToken)
  assert.strictEqual(answer.status, 202, answer.text)
  assert.strictEqual(answer.headers['preference-applied'], 'respond-async')
  const { location } = answer.headers
  assert.ok(/^\/uploads\/[0-9a-f]{32}$/.test(location), location)
  assert.strictEqual(answer.body.requestId, answer.headers['x-request-id'])
  const { pay } = await until('the record to say how to pay', async () => {
    const body = await record(location)
    return body.pay && body
  })
  return { location, pay, payToken }
}

step('a host', async () => {
  host = await Host.make('uploads', { CODIUS_PAYMENT_TIMEOUT: String(patience) })
  await host.start()
  price = Number((await host.price(newManifest(), seconds)).price)
})

step('an upload is answered at once, paid later, and followed until its pod runs', async () => {
  const upload = await begin()
  const events = follow(host.port, `${upload.location}/events`)
  await until('the first event', () => events.events.length > 0)
  assert.strictEqual(events.status, 200)
  assert.ok(events.type.startsWith('text/event-stream'), events.type)
  assert.strictEqual(events.events[0].event, 'awaiting_payment')
  assert.strictEqual(events.events[0].data.price, String(price))
  assert.strictEqual(await payTo(host.ilpPort, upload.pay, price), price)
  const all = await events.ended
  const last = all[all.length - 1]
  assert.strictEqual(last.event, 'running')
  const body = await record(upload.location)
  assert.deepStrictEqual(body, last.data)
  assert.deepStrictEqual(steps(body), ['accepted', 'checked', 'awaiting_payment', 'payer_connected', 'paid', 'running'])
  body.steps.map(each => Date.parse(each.time)).reduce((a, b) => { assert.ok(a <= b, JSON.stringify(body.steps)); return b })
  assert.deepStrictEqual(body.payment, { state: 'delivered', price: String(price), received: String(price), credit: '0' })
  const pod = await host.pod(body.manifestHash)
  assert.strictEqual(pod.status, 200)
  assert.strictEqual(pod.body.expiry, body.expiry)
  assert.ok(!JSON.stringify(body).includes(upload.payToken.toString('hex')))

  assert.strictEqual((await host.get(`${upload.location}/events`, { headers: { 'Last-Event-ID': last.id } })).status, 204)
  const late = await follow(host.port, `${upload.location}/events`, { 'Last-Event-ID': all[0].id }).ended
  assert.deepStrictEqual(late, [last])
})

step('who waits for the pod finds the same record, also in the 402', async () => {
  const manifest = newManifest()
  const payToken = token()
  const refused = await post(manifest, payToken, {})
  assert.strictEqual(refused.status, 402)
  assert.ok(refused.headers.pay)
  const location = refused.headers['content-location']
  const unpaid = await record(location)
  assert.strictEqual(unpaid.state, 'unpaid')
  assert.strictEqual(unpaid.error.code, 'payment_required')
  const answer = await pay(host.ilpPort, `${host.uri}/pods?duration=${seconds}`, { body: { manifest }, payToken })
  assert.strictEqual(answer.status, 200, answer.text)
  const body = await record(location)
  assert.strictEqual(body.state, 'running')
  assert.strictEqual(body.expiry, answer.body.expiry)
  assert.strictEqual(body.url, answer.body.url)
  const again = await post(manifest, payToken)
  assert.strictEqual(again.status, 202)
  assert.strictEqual(again.headers.location, location)
  assert.deepStrictEqual(again.body, body)
})

step('a payer who does not come, or stops halfway, fails it, and what arrived is the token\'s', async () => {
  const alone = await begin()
  const half = await begin()
  const part = Math.floor(price / 2)
  assert.strictEqual(await payTo(host.ilpPort, half.pay, part), part)
  for (const [upload, credit] of [[alone, undefined], [half, String(part)]]) {
    const all = await follow(host.port, `${upload.location}/events`).ended
    const { event, data } = all[all.length - 1]
    assert.strictEqual(event, 'failed')
    assert.strictEqual(data.error.statusCode, 402)
    assert.strictEqual(data.error.code, 'payment_timeout')
    assert.strictEqual(data.error.credit, credit)
    assert.strictEqual((await host.pod(data.manifestHash)).status, 404)
  }
  const { credits } = (await host.get('/credits', { headers: { 'Pay-Token': half.payToken.toString('base64') } })).body
  assert.strictEqual(credits[0].amount, String(part))
}, { limit: 60000 })

step('what is unknown is 404, what cannot be is refused at once', async () => {
  const nobody = await host.get(`/uploads/${'0'.repeat(32)}`)
  assert.strictEqual(nobody.status, 404)
  assert.strictEqual(nobody.body.code, 'not_found')
  const wrong = await host.get('/pods?duration=0', { method: 'POST', body: { manifest: newManifest() }, headers: { 'Pay-Token': token().toString('base64'), Prefer: 'respond-async' } })
  assert.strictEqual(wrong.status, 400)
  assert.strictEqual(wrong.headers.location, undefined)
})

/** What the record says after a restart must be what the ledger says. */
async function judge (upload) {
  await ledger.settled(host.database)
  assert.deepStrictEqual(ledger.faults(host.database), [])
  const body = await record(upload.location)
  const hex = upload.payToken.toString('hex').toUpperCase()
  const mine = ledger.purchases(host.database).filter(p => p.token === hex).pop()
  const { received } = ledger.totals(host.database)
  const what = JSON.stringify([body, mine])
  assert.strictEqual(body.payment && body.payment.state, mine && mine.state, what)
  if (mine && mine.state === 'delivered') {
    assert.strictEqual(body.state, 'running', what)
    assert.strictEqual(Date.parse(body.expiry), mine.expires_ms, what)
    assert.strictEqual((await host.pod(body.manifestHash)).status, 200)
    return 'running'
  }
  assert.strictEqual(body.state, 'failed', what)
  assert.strictEqual(body.error.statusCode, 503, what)
  assert.strictEqual(Number(body.error.credit || 0), received, what)
  assert.strictEqual((await host.pod(body.manifestHash)).status, 404)
  return received > 0 ? 'credited' : 'unpaid'
}

const forget = () => execFileSync('rm', ['-rf', host.settings.CODIUS_ROOT, host.settings.CODIUS_RUN_DIR])

step('killed while it waits for its payer, the host says so afterwards', async () => {
  await host.stop()
  forget()
  await host.start()
  const upload = await begin()
  const events = follow(host.port, `${upload.location}/events`)
  await until('the first event', () => events.events.length > 0)
  await host.crash()
  await host.start()
  assert.strictEqual(await judge(upload), 'unpaid')
  const [only] = await follow(host.port, `${upload.location}/events`, { 'Last-Event-ID': events.events[0].id }).ended
  assert.strictEqual(only.event, 'failed')
  assert.strictEqual(only.data.error.code, 'unavailable')
})

step('killed at any write of the ledger, the record tells afterwards what the ledger knows', async () => {
  const seen = []
  let survived = false
  for (let n = 1; n <= 40 && !survived; ++n) {
    await host.crash()
    forget()
    await host.start(['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync',
      '-e', `inject=fdatasync:signal=KILL:when=${n}`]).catch(() => {})
    let upload
    if (host.program.runs) upload = await begin().catch(() => undefined)
    if (upload) {
      const paying = payTo(host.ilpPort, upload.pay, price, { limit: 3000 }).catch(() => {})
      await Promise.race([host.program.ended, until('the pod to run', async () => (await record(upload.location)).state === 'running', 5000).catch(() => {})])
      survived = host.program.runs
      await host.crash()
      await paying
      await host.start()
      seen.push(await judge(upload))
    } else {
      seen.push('early')
    }
  }
  assert.ok(survived, 'it was always killed')
  for (const what of ['early', 'unpaid', 'running']) assert.ok(seen.includes(what), `never ${what}: ${seen}`)
  note(seen.join(', '))
}, { limit: 240000 })

run({ goOn: false })
