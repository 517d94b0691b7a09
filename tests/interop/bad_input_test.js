'use strict'
// Bad input of every kind, as a user would meet it: files that are none, and hosts that misbehave.
// Each gets one clear sentence and the right exit code; nothing is paid, and no record is touched.
const assert = require('assert')
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const net = require('net')
const path = require('path')
const { Program } = require('./support/program')
const { Host } = require('./support/host')
const { newManifest } = require('./support/payer')
const { freePort } = require('./support/wait')
const { step, run, cleanup, onFailure } = require('./support/tap')
const places = require('./support/places')

const record = '{"mine": "untouched"}'
const good = JSON.stringify({ manifest: newManifest() })
let ledger // a host whose connector everybody here pays through; it is asked for nothing else
let last = ''
onFailure(() => `the last answer:\n${last}`)

const byName = name => places.temporary('bad-' + name.replace(/\W+/g, '-').slice(0, 30))

/**
 * Runs codius in a directory, where `state` is what the record holds, if there is one. It must end
 * with `code` and one sentence, and leave the record alone. Gives {told, lines}.
 */
async function refused (dir, words, code, sentence, { limit = 20000, state = null } = {}) {
  const stateFile = path.join(dir, 'default.codiusstate.json')
  if (state !== null) fs.writeFileSync(stateFile, state)
  const program = new Program('codius', [places.codius].concat(words), { cwd: dir, env: { ILP_CREDENTIALS: ledger.btp, CODIUS_INSECURE_REGISTRIES: '' } })
  if (!(await program.end(limit))) {
    await program.stop('SIGKILL')
    throw new Error(`codius ${words.join(' ')} did not end within ${limit} ms:\n${program.tail()}`)
  }
  last = `$ codius ${words.join(' ')}\n${program.output}`
  assert.strictEqual(program.signal, null, last)
  assert.strictEqual(program.code, code, last)
  const lines = program.output.trimEnd().split('\n')
  const told = lines.filter(line => /^codius [a-z -]+: /.test(line))
  assert.strictEqual(told.length, 1, `one sentence:\n${last}`)
  assert.ok(sentence.test(told[0]), `${told[0]}\nis not ${sentence}`)
  assert.ok(told[0].length < 500, 'a short one')
  assert.ok(!/[\x00-\x08\x0b-\x1f\x7f]|\ufffd{9}/.test(program.output), 'nothing that a terminal would take for a command')
  if (state !== null) assert.strictEqual(fs.readFileSync(stateFile, 'utf8'), state, 'the record is untouched')
  assert.deepStrictEqual(fs.readdirSync(dir).filter(name => name.includes('.old-') || name.includes('.tmp')), [])
  return { told: told[0], lines }
}

// --- files ----------------------------------------------------------------------------------------

const notJson = /not JSON|line \d+, column \d+: (expected|the text ends|bytes)/
/** What a file can be instead of what it should: {what, make(path), sentence}. */
const badFiles = [
  { what: 'empty', make: 0, sentence: /is empty|the text ends where a value should be/ },
  { what: 'blank', make: ' \n\t\n', sentence: /is empty|the text ends where a value should be/ },
  { what: 'a directory', make: file => fs.mkdirSync(file), sentence: /is no file, but a directory/ },
  { what: 'not JSON', make: 'manifest: yes', sentence: notJson },
  { what: 'cut off', make: good.slice(0, 100), sentence: notJson },
  { what: 'huge', make: file => { fs.writeFileSync(file, '{'); fs.truncateSync(file, 5e9) }, sentence: /is larger than/ },
  { what: 'not UTF-8', make: Buffer.from('{"manifest": "\xe9\xff"}', 'latin1'), sentence: /not UTF-8/ },
  { what: 'UTF-16', make: Buffer.from('\ufeff' + good, 'utf16le'), sentence: notJson },
  { what: 'a program', make: file => fs.copyFileSync('/bin/true', file), sentence: notJson },
  { what: 'deep', make: '['.repeat(100000), sentence: /too many arrays and objects inside each other/ },
  { what: 'a list', make: '[]', sentence: /./ },
  { what: 'a number', make: '42', sentence: /./ },
  { what: 'null', make: 'null', sentence: /./ },
  { what: 'of another shape', make: '{"manifest":{"name":5},"vars":5,"hosts":5,"manifestHash":5}', sentence: /./ },
  { what: 'a terminal\'s commands', make: '{"\x1b]0;owned\x07": "\x1b[2J"}', sentence: /./ }
]
function put (file, make) {
  if (typeof make === 'function') make(file)
  else fs.writeFileSync(file, make || '')
}

/** Tries all bad files in the place of `name`; `words` are the command line. */
async function tryFiles (name, words, { more = {}, missing } = {}) {
  for (const { what, make, sentence } of badFiles) {
    const dir = byName(`${name}-${what}`)
    for (const other of Object.keys(more)) fs.writeFileSync(path.join(dir, other), more[other])
    put(path.join(dir, name), make)
    const isState = name.endsWith('state.json')
    const { told } = await refused(dir, words, 1, sentence, { state: isState ? null : record })
    if (isState && typeof make !== 'function') assert.ok(fs.readFileSync(path.join(dir, name)).equals(Buffer.from(make || '')), 'the record is untouched')
    assert.ok(told.includes(name), `${what}: ${told}\ndoes not name ${name}`)
  }
  if (!missing) return
  const dir = byName(`${name}-missing`)
  for (const other of Object.keys(more)) fs.writeFileSync(path.join(dir, other), more[other])
  await refused(dir, words, 1, missing, { state: name.endsWith('state.json') ? null : record })
}

const nobody = ['--host', 'http://127.0.0.1:1', '-y', '-o']

step('there is a ledger to pay through', async () => {
  ledger = await Host.make('bad-input')
  await ledger.start()
})

step('codius upload with bad codius files', () =>
  tryFiles('codius.json', ['upload'].concat(nobody), { missing: /codius\.json does not exist/ }), { limit: 60000 })

step('codius upload with bad files of variables', () =>
  tryFiles('codiusvars.json', ['upload'].concat(nobody), { more: { 'codius.json': good } }), { limit: 60000 })

step('codius upload with bad files of hosts', () =>
  tryFiles('codiushosts.json', ['upload', '-y', '-o'], { more: { 'codius.json': good } }), { limit: 60000 })

for (const words of [['extend', '-y'], ['status'], ['tail'], ['cron', 'create', '--skip-extend', '-y'], ['cron', 'view']]) {
  step(`codius ${words.slice(0, words[0] === 'cron' ? 2 : 1).join(' ')} with bad records`, () =>
    tryFiles('default.codiusstate.json', words, { missing: /codiusstate\.json/ }), { limit: 60000 })
}

step('a bad record is not replaced by codius upload', async () => {
  for (const state of ['', 'not JSON', '[]', '\xff']) {
    const dir = byName('upload-state')
    fs.writeFileSync(path.join(dir, 'codius.json'), good)
    await refused(dir, ['upload', '--host', 'http://127.0.0.1:1', '-y'], 1, /default\.codiusstate\.json/, { state })
  }
})

// --- hosts ----------------------------------------------------------------------------------------

/** A server in a host's place. Gives {port, asked: ["OPTIONS /pods?…"]}. */
async function pretend (answer) {
  const asked = []
  const server = http.createServer((req, res) => {
    let body = ''
    req.on('data', block => { body += block })
    req.on('end', () => {
      asked.push(`${req.method} ${req.url}`)
      answer(req, res, body)
    })
  })
  server.keepAliveTimeout = 1000
  const sockets = new Set()
  server.on('connection', socket => { sockets.add(socket); socket.on('close', () => sockets.delete(socket)) })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => { sockets.forEach(socket => socket.destroy()); server.close() })
  return { port: server.address().port, asked }
}
async function pretendRaw (talk) {
  const server = net.createServer(socket => { socket.on('error', () => {}); talk(socket) })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => server.close())
  return { port: server.address().port, asked: [] }
}

function workplace (name) {
  const dir = byName(name)
  fs.writeFileSync(path.join(dir, 'codius.json'), good)
  return dir
}

/** Uploads to a bad host: nothing may be paid. */
async function refuseHost (name, host, code, sentence, more = []) {
  const { lines } = await refused(workplace(name),
    ['upload', '--host', `http://127.0.0.1:${host.port}`, '-y', '-o', '--retries', '0'].concat(more), code, sentence, { state: record })
  assert.ok(lines.includes('  Nothing was paid.'), last)
}

const hashOf = body => {
  const order = value => Array.isArray(value) ? value.map(order) : value && typeof value === 'object'
    ? Object.keys(value).sort().reduce((all, key) => Object.assign(all, { [key]: order(value[key]) }), {}) : value
  const digest = crypto.createHash('sha256').update(JSON.stringify(order(JSON.parse(body).manifest))).digest()
  let bits = ''
  for (const octet of digest) bits += octet.toString(2).padStart(8, '0')
  return bits.match(/.{1,5}/g).map(five => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five.padEnd(5, '0'), 2)]).join('')
}
const json = (res, status, text, headers = {}) => {
  res.writeHead(status, Object.assign({ 'Content-Type': 'application/json' }, headers))
  res.end(text)
}
const quote = (body, price, more = '"assetCode":"XRP","assetScale":9') =>
  `{"manifestHash":"${hashOf(body)}","price":${price},"expiry":"2030-01-01T00:00:00Z",${more}}`

step('hosts that quote absurd prices', async () => {
  const prices = ['"9223372036854775808"', '9223372036854775808', '"18446744073709551616"', '"-5"', '-5', '1.5', '"1.5"',
    '"NaN"', '"Infinity"', '1e400', 'null', 'true', '""', '" 5"', '"0x10"', '"5; rm"', '[]', '{}', '"\\u001b[31m5"', `"${'9'.repeat(10000)}"`]
  for (const price of prices) {
    const host = await pretend((req, res, body) => json(res, 200, quote(body, price)))
    await refuseHost('price', host, 2, /price|quote/)
    assert.ok(host.asked.every(line => line.startsWith('OPTIONS ')), 'nobody was asked to sell')
  }
  const none = await pretend((req, res, body) => json(res, 200, `{"manifestHash":"${hashOf(body)}"}`))
  await refuseHost('no price', none, 2, /price/)
  const naked = await pretend((req, res, body) => json(res, 200, quote(body, 'NaN')))
  await refuseHost('NaN', naked, 2, /JSON|answer/)
  const dear = await pretend((req, res, body) => json(res, 200, quote(body, '"9223372036854775807"')))
  await refuseHost('dear', dear, 3, /--max-monthly-rate 10 XRP allows/)
}, { limit: 90000 })

step('hosts that answer garbage', async () => {
  const page = '<!doctype html><title>Welcome to nginx!</title>'
  const answers = [
    (req, res) => { res.writeHead(200, { 'Content-Type': 'text/html' }); res.end(page) },
    (req, res) => json(res, 200, ''),
    (req, res) => json(res, 200, '{"price":'),
    (req, res) => json(res, 200, '[]'),
    (req, res) => json(res, 200, '"quote"'),
    (req, res) => json(res, 200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
    (req, res) => json(res, 200, '['.repeat(200000)),
    (req, res) => json(res, 200, '{"price":"5","manifestHash":"' + 'a'.repeat(52) + '","assetCode":"XRP","assetScale":9}'),
    (req, res) => json(res, 200, '{"price":"5","manifestHash":5,"assetCode":"XRP","assetScale":9}'),
    (req, res, body) => json(res, 200, quote(body, '"5"', '"assetCode":5,"assetScale":9')),
    (req, res, body) => json(res, 200, quote(body, '"5"', '"assetCode":"XRP","assetScale":-1')),
    (req, res, body) => json(res, 200, quote(body, '"5"', '"assetCode":"XRP","assetScale":1e9')),
    (req, res) => json(res, 204, ''),
    (req, res) => json(res, 418, '\x1b[31mteapot'),
    (req, res) => json(res, 500, '{"message":"\\u001b]0;owned\\u0007 out of order"}'),
    (req, res) => json(res, 402, '{}', { Pay: 'cash' }),
    (req, res) => json(res, 402, '{}', { Pay: 'interledger-stream nowhere at-all' }),
    (req, res) => json(res, 200, '{"x":"' + 'y'.repeat(3 << 20) + '"}'),
    (req, res) => req.socket.destroy()
  ]
  for (let i = 0; i < answers.length; ++i) {
    const host = await pretend(answers[i])
    await refuseHost(`garbage ${i}`, host, 2, /127\.0\.0\.1:\d+/)
    assert.ok(host.asked.every(line => line.startsWith('OPTIONS ')), 'nobody was asked to sell')
  }
  for (const octets of ['SSH-2.0-OpenSSH_9.2\r\n', '\x00\x01\x02\x03'.repeat(100), 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345', 'HTTP/9.9 999 \x1b[31m\r\n\r\n', '']) {
    await refuseHost('noise', await pretendRaw(socket => socket.end(octets)), 2, /127\.0\.0\.1:\d+/)
  }
  const unpaid = await pretend((req, res) => json(res, 402, '{}'))
  await refuseHost('402 for nothing', unpaid, 3, /127\.0\.0\.1:\d+ refuses: Payment Required/)
  let endless
  await refuseHost('endless', await pretendRaw(socket => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    endless = setInterval(() => socket.destroyed ? clearInterval(endless) : socket.write('10000\r\n' + 'x'.repeat(65536) + '\r\n'), 1)
  }), 2, /127\.0\.0\.1:\d+/)
  clearInterval(endless)
}, { limit: 120000 })

step('hosts that redirect are not followed', async () => {
  const target = await pretend((req, res, body) => json(res, 200, quote(body, '"5"')))
  for (const status of [301, 302, 303, 307, 308]) {
    const host = await pretend((req, res) => json(res, status, '', { Location: `http://127.0.0.1:${target.port}${req.url}` }))
    await refuseHost('redirect', host, 2, /127\.0\.0\.1:\d+/)
  }
  const inward = await pretend((req, res) => json(res, 302, '', { Location: 'file:///etc/passwd' }))
  await refuseHost('redirect inward', inward, 2, /127\.0\.0\.1:\d+/)
  assert.deepStrictEqual(target.asked, [])
}, { limit: 60000 })

step('hosts that hang are given up on in time', async () => {
  await refuseHost('hang', await pretend(() => {}), 4, /1 s|time/, ['--timeout', '1'])
  await refuseHost('silent', await pretendRaw(() => {}), 4, /1 s|time/, ['--timeout', '1'])
  const drip = await pretendRaw(socket => {
    const timer = setInterval(() => socket.destroyed ? clearInterval(timer) : socket.write('H'), 50)
    cleanup(() => clearInterval(timer))
  })
  await refuseHost('drip', drip, 4, /1 s|time/, ['--timeout', '1'])
  const sale = await pretend((req, res, body) => { if (req.method === 'OPTIONS') json(res, 200, quote(body, '"5"')) })
  await refuseHost('hang at the sale', sale, 4, /1 s|time/, ['--timeout', '1'])
  assert.ok(sale.asked.some(line => line.startsWith('POST ')))
}, { limit: 60000 })

step('hosts that are not there', async () => {
  await refuseHost('closed', { port: await freePort() }, 2, /127\.0\.0\.1:\d+/)
  const plain = await pretend((req, res, body) => json(res, 200, quote(body, '"5"')))
  for (const [url, sentence] of [[`https://127.0.0.1:${plain.port}`, /127\.0\.0\.1/], ['http://no-such-host.invalid', /no-such-host\.invalid/]]) {
    const { lines } = await refused(workplace('nowhere'), ['upload', '--host', url, '-y', '-o'], 2, sentence, { state: record })
    assert.ok(lines.includes('  Nothing was paid.'), last)
  }
  for (const url of ['ftp://x', 'http://', 'http://x:99999', 'http://user:secret@x', 'javascript:alert(1)', '', 'http://x/path', '\x1b[31mx']) {
    const { told } = await refused(workplace('no url'), ['upload', '--host', url, '-y', '-o'], 1, /--host|host/, { state: record })
    assert.ok(!told.includes('secret'), told)
  }
}, { limit: 60000 })

step('hosts that misbehave once they are to sell', async () => {
  const answers = [
    [2, (req, res) => json(res, 200, 'done!')],
    [2, (req, res) => json(res, 200, '{"url":"http://evil.example/","manifestHash":"' + 'b'.repeat(52) + '","expiry":"2030-01-01T00:00:00Z"}')],
    [3, (req, res) => json(res, 402, '{}')],
    [2, (req, res) => json(res, 402, '{}', { Pay: 'interledger-stream g.nobody c2hvcnQ=' })],
    [2, (req, res) => json(res, 402, '{"price":"NaN"}', { Pay: 'interledger-stream test.x ' + 'A'.repeat(43) + '=' })],
    [3, (req, res) => json(res, 402, '{}', { Pay: 'interledger-stream test.nobody.here ' + 'A'.repeat(43) + '=' })],
    [2, (req, res) => json(res, 302, '', { Location: 'http://127.0.0.1:1/' })],
    [2, (req, res) => json(res, 503, '{"message":"full"}')],
    [2, (req, res) => req.socket.destroy()]
  ]
  for (let i = 0; i < answers.length; ++i) {
    const [code, sell] = answers[i]
    const host = await pretend((req, res, body) => req.method === 'OPTIONS' ? json(res, 200, quote(body, '"5"')) : sell(req, res, body))
    await refuseHost(`sale ${i}`, host, code, /./)
  }
}, { limit: 90000 })

step('through all this, no money moved', async () => {
  const answer = await ledger.get('/metrics')
  assert.ok(answer.status === 200 || answer.status === 404)
  assert.ok(!/event=payment\.received/.test(ledger.program.output), 'no payment was received')
})

run({ goOn: true })
