'use strict'
// Ten hosts on one machine find each other from one bootstrap peer, lose three that are killed,
// and find one that comes late.
const assert = require('assert')
const { Host } = require('./support/host')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const { step, run, note } = require('./support/tap')

const INTERVAL = 250 // milliseconds of a round
const rounds = n => n * INTERVAL * 1.25 // at its longest
const hosts = []
let first

async function begin (name) {
  const host = await Host.make(name, {
    CODIUS_BOOTSTRAP_PEERS: JSON.stringify(first ? [first.uri] : []),
    CODIUS_GOSSIP_INTERVAL: `${INTERVAL}ms`,
    CODIUS_ILP_LISTEN: 'off',
    CODIUS_THREADS: '1',
    CODIUS_LOG_LEVEL: 'info'
  })
  first = first || host
  await host.start()
  hosts.push(host)
  return host
}

const living = () => hosts.filter(host => host.program.runs)

/** What a host tells of others, checked for shape. */
async function peersOf (host) {
  const answer = await host.get('/peers')
  assert.strictEqual(answer.status, 200, answer.text)
  assert.deepStrictEqual(Object.keys(answer.body), ['peers'])
  return answer.body.peers
}

/** Waits until each living host knows the others, and those alone; at most `most` rounds. */
async function untilAllKnow (most) {
  const began = Date.now()
  for (const host of living()) {
    const wanted = living().filter(other => other !== host).map(other => other.uri).sort()
    await until(`${host.uri} to know ${wanted.length} others`, async () => {
      const seen = (await peersOf(host)).sort()
      try {
        assert.deepStrictEqual(seen, wanted)
      } catch (e) {
        throw new Error(`it knows ${seen.join(' ')}`)
      }
      return true
    }, Math.max(0, rounds(most) - (Date.now() - began)))
  }
  note(`${((Date.now() - began) / INTERVAL).toFixed(1)} rounds`)
}

step('ten hosts begin, nine of them knowing one', async () => {
  for (let i = 0; i < 10; ++i) await begin(`peer${i}`)
}, { limit: 120000 })

step('each knows the nine others within 20 rounds', () => untilAllKnow(20))

step('a host tells how many it knows, and whom when it is asked', async () => {
  const plain = (await first.get('/info')).body
  assert.strictEqual(plain.numPeers, 9)
  assert.strictEqual(plain.peers, undefined)
  const asked = (await first.get('/info?requestPeers=true')).body
  assert.deepStrictEqual(asked.peers.sort(), living().filter(host => host !== first).map(host => host.uri).sort())
  assert.strictEqual((await first.get('/info?requestPeers=1')).body.peers, undefined)
  assert.strictEqual((await first.get('/peers?limit=4')).body.peers.length, 4)
})

step('three are killed; the others forget them within 30 rounds, and nobody else', async () => {
  await Promise.all(hosts.slice(4, 7).map(host => host.crash()))
  await untilAllKnow(30)
}, { limit: 60000 })

step('a late joiner finds all and is found within 20 rounds', async () => {
  await begin('late')
  await untilAllKnow(20)
})

step('the first one comes back from a crash with the peers that it had', async () => {
  const had = (await peersOf(first)).sort()
  await until('its peers to be on disk', () => {
    const kept = ledger.rows(first.database, 'SELECT uri FROM peers').map(row => row.uri)
    assert.deepStrictEqual(kept.sort(), had)
    return true
  }, rounds(13))
  // Alone in the world, and before its first round: nobody else can have told it.
  await Promise.all(living().map(host => host.crash()))
  first.settings.CODIUS_GOSSIP_INTERVAL = '1h'
  await first.start()
  await until('its peers to be back', async () => {
    assert.deepStrictEqual((await peersOf(first)).sort(), had)
    return true
  }, 5000)
  first.settings.CODIUS_GOSSIP_INTERVAL = `${INTERVAL}ms`
  await first.start()
  for (const host of hosts) if (!host.program.runs && had.includes(host.uri)) await host.start()
  await untilAllKnow(20)
}, { limit: 120000 })

step('names that a liar offers cost nothing and are not passed on', async () => {
  const fakes = []
  for (let i = 0; i < 20000; ++i) fakes.push(`http://localhost:${1 + i % 1000}/${i % 7 ? '' : 'x'}`)
  const began = Date.now()
  const answer = await first.get('/peers/discover', { method: 'POST', body: { peers: fakes } })
  assert.strictEqual(answer.status, 200, answer.text)
  note(`${JSON.stringify({ peers: fakes }).length} octets of names answered in ${Date.now() - began} ms`)
  await untilAllKnow(20)
})

run()
