'use strict'
// Ten thousand peers that lie, dawdle or are dead: a host stays quick, small and polite.
const assert = require('assert')
const fs = require('fs')
const http = require('http')
const { Host } = require('./support/host')
const { until, freePort } = require('./support/wait')
const { step, run, note, cleanup } = require('./support/tap')

const NAMES = 10000
const AT_ONCE = 10 // what a host has under way at the most
const KINDS = ['dead', 'silent', 'drips', 'endless', 'other name', 'fakes', 'garbage', 'redirects']

/** All of 127.0.0.0/8 is this machine: one server is as many peers as one likes. */
class Swarm {
  async start () {
    this.port = await freePort()
    this.most = 0
    this.asked = new Map()
    this.redirected = 0
    this.server = http.createServer((req, res) => this.answer(req, res))
    this.open = 0
    this.looked = 0
    this.server.on('connection', socket => {
      ++this.open
      socket.on('close', () => --this.open)
      socket.on('error', () => {})
      this.look()
    })
    await new Promise(resolve => this.server.listen(this.port, '0.0.0.0', resolve))
    cleanup(() => this.server.close())
  }

  /**
   * This program's own count is never less than what the host has open, but maybe more, and then the
   * kernel is asked. That takes milliseconds, so not each time; and its list comes in pieces, between
   * which one connection may end and the next begin, so what it says once is no proof.
   */
  look () {
    let now = this.open
    if (now > AT_ONCE && Date.now() - this.looked < 200) return
    for (let again = 0; now > AT_ONCE && again < 5; ++again) {
      now = Math.min(now, this.openAtTheOtherEnd())
      this.looked = Date.now()
    }
    this.most = Math.max(this.most, now)
  }

  /**
   * How many connections to here the host has open. The kernel is asked, because this program may
   * learn of a connection before it learns of the end of the one that made room for it.
   */
  openAtTheOtherEnd () {
    const [ESTABLISHED, SYN_SENT] = ['01', '02']
    const here = ':' + this.port.toString(16).toUpperCase().padStart(4, '0')
    return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').map(line => line.trim().split(/\s+/))
      .filter(([, , to, state]) => to && to.endsWith(here) && [ESTABLISHED, SYN_SENT].includes(state)).length
  }

  uri (n) { return `http://127.${1 + n % 3}.${n >> 8 & 255}.${1 + n % 250}:${this.port}` }
  kind (host) { return KINDS[host.split(':')[0].split('.').reduce((sum, octet) => sum + Number(octet), 0) % KINDS.length] }

  answer (req, res) {
    const host = req.headers.host
    const kind = this.kind(host)
    this.asked.set(kind, (this.asked.get(kind) || 0) + 1)
    req.resume()
    if (req.url === '/stolen') ++this.redirected
    if (kind === 'dead') return req.socket.destroy()
    if (kind === 'silent') return
    if (kind === 'drips') return this.drip(res)
    if (kind === 'redirects') return res.writeHead(302, { Location: `http://${host}/stolen` }).end()
    if (kind === 'garbage') return res.end('\u0000[[[[')
    if (kind === 'other name') return res.end('{"uri":"http://127.0.0.1:1"}')
    if (req.method === 'GET') return res.end(JSON.stringify({ uri: `http://${host}` }))
    if (kind === 'endless') return this.flood(res)
    res.end(JSON.stringify({ peers: Array.from({ length: 1000 }, () => this.uri(Math.floor(Math.random() * 60000))) }))
  }

  drip (res) {
    const timer = setInterval(() => res.write(' '), 200)
    res.on('close', () => clearInterval(timer))
    res.on('error', () => {})
  }

  flood (res) {
    const block = Buffer.alloc(65536, ' ')
    const more = () => { while (!res.destroyed && res.write(block)) {} }
    res.on('drain', more)
    res.on('error', () => {})
    more()
  }
}

const swarm = new Swarm()
let host, before

const residentKiB = () => Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${host.program.pid}/status`, 'utf8'))[1])
const names = from => Array.from({ length: 1000 }, (_, i) => swarm.uri(from + i))
const offer = list => host.get('/peers/discover', { method: 'POST', body: { peers: list } })

async function timed (work) {
  const began = process.hrtime()
  await work()
  const [s, ns] = process.hrtime(began)
  return s * 1000 + ns / 1e6
}

step('a host begins among ten thousand liars', async () => {
  await swarm.start()
  host = await Host.make('liars', { CODIUS_GOSSIP_INTERVAL: '250ms', CODIUS_ILP_LISTEN: 'off', CODIUS_LOG_LEVEL: 'info' })
  await host.start()
  for (let n = 0; n < NAMES; n += 1000) assert.strictEqual((await offer(names(n))).status, 200)
  before = residentKiB()
})

step('while it finds them out, /info answers within 50 ms for 99 of 100', async () => {
  const times = []
  const end = Date.now() + 20000
  for (let n = 0; Date.now() < end; n = (n + 1000) % NAMES) {
    assert.strictEqual((await offer(names(n))).status, 200)
    for (let i = 0; i < 25; ++i) times.push(await timed(() => host.get('/info')))
  }
  times.sort((a, b) => a - b)
  const at = part => times[Math.floor(times.length * part)].toFixed(1)
  note(`${times.length} requests, median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`)
  assert(at(0.99) < 50)
}, { limit: 60000 })

step('every kind of liar was asked, never more than ten at once, and no redirect was followed', async () => {
  await until('each kind to be asked', () => KINDS.every(kind => swarm.asked.get(kind)), 20000)
  note([...swarm.asked].map(([kind, n]) => `${kind}: ${n}`).join(', '))
  assert(swarm.most <= AT_ONCE, `${swarm.most} connections at once`)
  assert.strictEqual(swarm.redirected, 0)
})

step('none that never told the truth is passed on', async () => {
  const { peers } = (await host.get('/peers')).body
  note(`${peers.length} peers`)
  for (const uri of peers) {
    assert(['fakes', 'endless'].includes(swarm.kind(uri.slice('http://'.length))), `${uri} is passed on`)
  }
  assert(peers.length <= 100)
})

step('it has not grown by more than 16 MiB', async () => {
  const grown = residentKiB() - before
  note(`${(before / 1024).toFixed(1)} MiB before, ${(grown / 1024).toFixed(1)} MiB more now`)
  assert(grown < 16 * 1024)
})

step('an honest host is found among them', async () => {
  const other = await Host.make('honest', {
    CODIUS_BOOTSTRAP_PEERS: JSON.stringify([host.uri]),
    CODIUS_GOSSIP_INTERVAL: '250ms',
    CODIUS_ILP_LISTEN: 'off'
  })
  await other.start()
  await until('the honest host to be known', async () => (await host.get('/peers')).body.peers.includes(other.uri), 20000)
}, { limit: 60000 })

run()
