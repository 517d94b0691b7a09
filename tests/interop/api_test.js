'use strict'
// The public HTTP API as clients and browsers meet it, good input and bad, over real sockets.
const assert = require('assert')
const crypto = require('crypto')
const net = require('net')
const zlib = require('zlib')
const { Host } = require('./support/host')
const { pay, newManifest } = require('./support/payer')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const { step, run } = require('./support/tap')

const manifest = newManifest()
let host, quote, sold

const token = () => crypto.randomBytes(16).toString('base64')
const quoteOf = (body, headers = {}) => host.get('/pods?duration=600', { method: 'OPTIONS', body, headers })

/** Sends octets as they are and gives all that comes back before the host closes. */
function raw (text, { patience = 15000 } = {}) {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(host.port, '127.0.0.1', () => socket.write(text))
    socket.setTimeout(patience, () => { socket.destroy(); resolve(answer) })
    socket.on('data', block => { answer += block.toString('latin1') })
    socket.on('close', () => resolve(answer))
    socket.on('error', e => answer ? resolve(answer) : reject(e))
  })
}
const head = (line, fields = [], body = '') =>
  [line, `Host: localhost:${host.port}`, 'Connection: close', ...fields, '', body].join('\r\n')

/** An error has one shape, wherever it comes from. */
function checkError (answer, status, code) {
  assert.strictEqual(answer.status, status, answer.text)
  const { statusCode, error, message } = answer.body
  assert.strictEqual(statusCode, status)
  assert.ok(error.length > 0 && message.length > 0 && answer.body.hint.length > 0, answer.text)
  assert.strictEqual(answer.body.code, code, answer.text)
}
function checkRaw (text, status, code) {
  const [line, rest] = [text.slice(0, text.indexOf('\r\n')), text.slice(text.indexOf('\r\n\r\n') + 4)]
  assert.ok(line.startsWith(`HTTP/1.1 ${status} `), `${line} instead of ${status}`)
  const body = JSON.parse(rest)
  assert.strictEqual(body.code, code)
  assert.ok(body.hint.length > 0)
  assert.ok(/\r\nx-request-id: [0-9a-f]{16}\r\n/i.test(text), text)
}

step('a host starts', async () => {
  host = await Host.make('api', { CODIUS_PAYMENT_TIMEOUT: '4' })
  await host.start()
})

step('GET / is a page for a person, which loads and runs nothing', async () => {
  const page = await host.get('/')
  assert.strictEqual(page.status, 200)
  assert.ok(page.headers['content-type'].startsWith('text/html'))
  assert.ok(page.headers['content-security-policy'].startsWith("default-src 'none'"))
  assert.ok(page.text.includes('id="uri">' + host.uri))
  const links = page.text.match(/href="[^"]*"/g).map(text => text.slice(6, -1))
  for (const path of links) assert.strictEqual((await host.get(path)).status, 200, path)
})

step('GET /memory, /info and /version have the names and units of old', async () => {
  const { freeMem } = (await host.get('/memory')).body
  const info = (await host.get('/info')).body
  assert.ok(freeMem > 1e6, freeMem)
  assert.strictEqual(info.serverFreeMemory, freeMem)
  assert.strictEqual((await host.get('/version')).body.name, 'Codiusd (C++)')
})

step('HEAD answers wherever GET does, without a body', async () => {
  for (const path of ['/', '/info', '/memory', '/version', '/peers']) {
    const [whole, none] = [await host.get(path), await host.get(path, { method: 'HEAD' })]
    assert.strictEqual(none.status, 200, path)
    assert.strictEqual(none.text, '')
    assert.strictEqual(none.headers['content-type'], whole.headers['content-type'])
  }
})

step('what is not there is 404 in the shape of all errors', async () => {
  checkError(await host.get('/nowhere'), 404, 'not_found')
  checkError(await host.get('/info', { method: 'POST', body: {} }), 404, 'not_found')
  checkError(await host.get('/pods', { method: 'DELETE' }), 404, 'not_found')
})

step('a web page may ask whether it may quote, quote, and read the answer', async () => {
  const origin = { Origin: 'https://page.example' }
  const preflight = await host.get('/pods', {
    method: 'OPTIONS',
    headers: Object.assign({ 'Access-Control-Request-Method': 'OPTIONS', 'Access-Control-Request-Headers': 'content-type' }, origin)
  })
  assert.strictEqual(preflight.status, 204, preflight.text)
  assert.ok(preflight.headers['access-control-allow-methods'].includes('OPTIONS'))
  assert.ok(/content-type/i.test(preflight.headers['access-control-allow-headers']))
  const answer = await quoteOf({ manifest }, origin)
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.headers['access-control-allow-origin'], '*')
  assert.ok(/\bPay\b/.test(answer.headers['access-control-expose-headers']))
  quote = answer.body
  const left = Date.parse(quote.validUntil) - Date.now()
  assert.ok(left > 50000 && left <= 60000, quote.validUntil)
})

step('a request has an id: its own, or the one that the client gave', async () => {
  assert.ok(/^[0-9a-f]{16}$/.test((await host.get('/version')).headers['x-request-id']))
  const mine = (await host.get('/nowhere', { headers: { 'X-Request-Id': 'my-own.1' } })).headers['x-request-id']
  assert.strictEqual(mine, 'my-own.1')
  await until('the log to carry it', () => host.program.output.includes('req=my-own.1'))
})

step('a body may come by gzip, and a bomb is put out', async () => {
  const send = (octets, coding) => new Promise((resolve, reject) => {
    const req = require('http').request({
      host: '127.0.0.1', port: host.port, method: 'OPTIONS', path: '/pods?duration=600', agent: false,
      headers: { 'Content-Type': 'application/json', 'Content-Encoding': coding, 'Content-Length': octets.length }
    }, res => {
      let text = ''
      res.on('data', block => { text += block })
      res.on('end', () => resolve({ status: res.statusCode, text, body: JSON.parse(text) }))
    })
    req.on('error', reject)
    req.end(octets)
  })
  const packed = zlib.gzipSync(JSON.stringify({ manifest }))
  assert.strictEqual((await send(packed, 'gzip')).body.price, quote.price)
  checkError(await send(zlib.gzipSync(Buffer.alloc(64 << 20, 32)), 'gzip'), 413, 'too_large')
  checkError(await send(packed.slice(0, 20), 'gzip'), 400, 'malformed')
  checkError(await send(packed, 'br'), 415, 'unsupported')
})

step('a body that is wrong is told what is wrong, and where', async () => {
  const rows = [
    ['', 400, null], ['{', 400, ''], ['[]', 400, ''], ['7', 400, ''], ['{}', 400, '/manifest'],
    [{ manifest: 'x' }, 400, '/manifest'],
    [{ manifest, more: 1 }, 400, '/more'],
    [{ manifest: Object.assign({}, manifest, { port: 1e400 }) }, 400, '/manifest/port'],
    [{ manifest: Object.assign({}, manifest, { port: '70000' }) }, 400, '/manifest/port'],
    [{ manifest: Object.assign({}, manifest, { containers: [{ id: 5 }] }) }, 400, '/manifest/containers/0/id'],
    ['['.repeat(100000), 400, ''],
    ['{"manifest":' + '{"a":'.repeat(5000) + '1' + '}'.repeat(5001), 400, '']
  ]
  for (const [body, status, pointer] of rows) {
    const answer = await quoteOf(body)
    assert.strictEqual(answer.status, status, `${JSON.stringify(body).slice(0, 80)}: ${answer.text}`)
    const places = (answer.body.errors || []).map(e => e.pointer)
    if (pointer !== null) assert.ok(places.includes(pointer), `${JSON.stringify(body).slice(0, 80)}: ${answer.text}`)
    for (const { message } of answer.body.errors || []) assert.ok(message.length > 3, answer.text)
  }
})

step('other media types are refused, parameters are not', async () => {
  checkError(await quoteOf(JSON.stringify({ manifest }), { 'Content-Type': 'text/plain' }), 415, 'unsupported')
  checkError(await quoteOf(JSON.stringify({ manifest }), { 'Content-Type': 'json' }), 400, 'invalid')
  assert.strictEqual((await quoteOf(JSON.stringify({ manifest }), { 'Content-Type': 'Application/JSON; charset=utf-8' })).status, 200)
})

step('a chunked body is a body', async () => {
  const text = JSON.stringify({ manifest })
  const chunks = [text.slice(0, 7), text.slice(7)].map(c => `${c.length.toString(16)}\r\n${c}\r\n`).join('') + '0\r\n\r\n'
  const answer = await raw(head('OPTIONS /pods?duration=600 HTTP/1.1', ['Content-Type: application/json', 'Transfer-Encoding: chunked'], chunks))
  assert.ok(answer.startsWith('HTTP/1.1 200 '), answer)
})

step('bodies, heads and targets over the limits are 413, 431 and 414', async () => {
  checkRaw(await raw(head('POST /pods HTTP/1.1', ['Content-Length: 1048577'])), 413, 'too_large')
  const chunk = '10000\r\n' + 'x'.repeat(65536) + '\r\n'
  checkRaw(await raw(head('POST /pods HTTP/1.1', ['Transfer-Encoding: chunked'], chunk.repeat(17))), 413, 'too_large')
  checkRaw(await raw(head('GET /version HTTP/1.1', [`X: ${'y'.repeat(20000)}`])), 431, 'header_too_large')
  checkRaw(await raw(head('GET /version HTTP/1.1', Array.from({ length: 200 }, (_, i) => `X-${i}: y`))), 431, 'header_too_large')
  assert.ok((await raw(head(`GET /${'y'.repeat(9000)} HTTP/1.1`))).startsWith('HTTP/1.1 414 '))
})

step('a body that does not come is 408', async () => {
  checkRaw(await raw(head('POST /pods HTTP/1.1', ['Content-Length: 100'], '{"man'), { patience: 25000 }), 408, 'request_timeout')
}, { limit: 40000 })

step('escapes, tokens and hashes that are none are refused', async () => {
  assert.ok((await raw(head('GET /%zz HTTP/1.1'))).startsWith('HTTP/1.1 400 '))
  assert.ok((await raw(head('GET /pods?manifestHash=%ff HTTP/1.1'))).startsWith('HTTP/1.1 400 '))
  for (const wrong of [undefined, '', 'AAAA', 'x'.repeat(1000)]) {
    const headers = wrong === undefined ? {} : { 'Pay-Token': wrong }
    checkError(await host.get('/pods?duration=600', { method: 'POST', body: { manifest }, headers }), 400, headers['Pay-Token'] ? 'invalid_pay_token' : 'missing_pay_token')
    checkError(await host.get('/credits', { headers }), 400, headers['Pay-Token'] ? 'invalid_pay_token' : 'missing_pay_token')
  }
  checkError(await host.get('/pods'), 422, 'unprocessable')
  checkError(await host.get('/pods?manifestHash=%00'), 400, 'malformed')
  checkError(await host.get('/pods?manifestHash=../../etc/passwd'), 404, 'unknown_pod')
})

step('a payment that falls short is shown as credit to whoever knows the token', async () => {
  const payToken = crypto.randomBytes(16)
  const answer = await pay(host.ilpPort, `${host.uri}/pods?duration=600`,
    { body: { manifest: newManifest() }, maxPrice: '1000', payToken, limit: 80000 })
  assert.strictEqual(answer.status, 402, answer.text)
  assert.ok(answer.price > 0 && answer.price <= 1000, `sent ${answer.price}`)
  const { credits } = (await host.get('/credits', { headers: { 'Pay-Token': payToken.toString('base64') } })).body
  assert.deepStrictEqual(credits, [{ amount: String(answer.price), assetCode: 'XRP', assetScale: 9 }])
  const other = await host.get('/credits', { headers: { 'Pay-Token': token() } })
  assert.deepStrictEqual(other.body, { credits: [] })
}, { limit: 90000 })

step('a repeated upload is answered with the same octets, also after a restart', async () => {
  const payToken = crypto.randomBytes(16)
  const headers = { 'Pay-Token': payToken.toString('base64') }
  sold = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest }, payToken })
  assert.strictEqual(sold.status, 200, sold.text)
  const again = () => host.get('/pods?duration=600', { method: 'POST', body: { manifest }, headers })
  assert.strictEqual((await again()).text, sold.text)
  await host.crash()
  await host.start()
  const after = await again()
  assert.strictEqual(after.status, 200)
  assert.strictEqual(after.text, sold.text)
  assert.strictEqual(ledger.totals(host.database).earned, sold.price)
}, { limit: 60000 })

step('its books are in order, and it ends when it is asked to', async () => {
  assert.deepStrictEqual(ledger.faults(host.database), [])
  await host.stop()
  assert.strictEqual(host.program.code, 0, host.program.tail())
})

run({ goOn: true })
