'use strict'
// SIGKILL between any two steps of a sale, and a start after it: what was paid runs, what was not
// paid does not, nothing is left open, and the books balance.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { execFileSync } = require('child_process')
const { Host } = require('./support/host')
const { startUpload, said } = require('./support/client')
const { newManifest } = require('./support/payer')
const ledger = require('./support/ledger')
const places = require('./support/places')
const { step, run, note } = require('./support/tap')

const seconds = 600
const seed = Number(process.env.CODIUS_SEED || 1)
const delays = 40

let host, files, fresh, saleTime

// A small generator of numbers from 0 to 1, the same for the same seed.
let state = seed >>> 0
function random () {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 4294967296
}

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

/** The host's files as they were after its first start. */
function forget () {
  execFileSync('rm', ['-rf', host.settings.CODIUS_ROOT, host.settings.CODIUS_RUN_DIR])
  execFileSync('cp', ['-a', fresh, host.settings.CODIUS_ROOT])
}

/** Starts a sale; gives what is needed to judge it. */
async function beginSale () {
  const manifest = newManifest()
  const { manifestHash } = await host.price(manifest, seconds)
  return { manifestHash, client: startUpload(host, files, manifest, seconds) }
}

/** The client had its answer before the host died, or never gets one. */
async function endSale (sale) {
  if (!(await sale.client.end(1000))) await sale.client.stop('SIGKILL')
}

/** Starts the host again after its crash and holds what it has against what was paid. */
async function judge (sale) {
  await host.start()
  await ledger.settled(host.database)
  assert.deepStrictEqual(ledger.faults(host.database), [])
  const paid = ledger.purchases(host.database).filter(p => p.state === 'delivered')
  const answer = await host.pod(sale.manifestHash)
  assert.strictEqual(answer.status, paid.length > 0 ? 200 : 404,
    `${paid.length} purchases are paid, but GET /pods says ${answer.status}: ${JSON.stringify(ledger.purchases(host.database))}`)
  if (paid.length > 0) assert.strictEqual(Date.parse(answer.body.expiry), paid[paid.length - 1].expires_ms)
  const told = said(sale.client) || {}
  const { received } = ledger.totals(host.database)
  assert.ok(received >= Number(told.totalPaid || 0), `the client knows of ${told.totalPaid} paid, the books of ${received}`)
  if (sale.client.code === 0) {
    assert.strictEqual(paid.length, 1, 'the client was told that it had a pod')
    // The client tells whole seconds.
    assert.strictEqual(Math.floor(Date.parse(answer.body.expiry) / 1000), Date.parse(told.expiry) / 1000)
  }
  return paid.length > 0 ? 'paid' : received > 0 ? 'credit' : 'unpaid'
}

/** One sale whose host dies by `kill`; gives how it stood: early, unpaid, credit or paid. */
async function crashedSale (name, wrap, kill) {
  forget()
  try {
    let sale
    try {
      await host.start(wrap)
      sale = await beginSale()
    } catch (e) {
      // Killed before anybody could ask for a sale: it is enough that it starts again.
      if (!(await host.program.end(1000))) throw e
      await host.start()
      return 'early'
    }
    await kill(sale)
    await host.crash()
    await endSale(sale)
    return await judge(sale)
  } catch (e) {
    e.message = `${name}: ${e.message}`
    throw e
  } finally {
    await host.crash()
  }
}

const tell = (runs, seen) => {
  const count = what => seen.filter(each => each === what).length
  note(`${runs}: before the sale ${count('early')}, unpaid ${count('unpaid')}, paid in part or credited ${count('credit')}, paid ${count('paid')}`)
}

step('a sale works, and takes how long it takes', async () => {
  files = places.temporary('crash-files')
  host = await Host.make('crash')
  await host.start()
  await host.stop()
  fresh = path.join(files, 'fresh')
  fs.renameSync(host.settings.CODIUS_ROOT, fresh)
  forget()
  await host.start()
  const sale = await beginSale()
  const began = Date.now()
  assert.ok(await sale.client.end(30000), 'codius upload did not end')
  saleTime = Date.now() - began
  assert.strictEqual(sale.client.code, 0, sale.client.output)
  await host.crash()
  assert.strictEqual(await judge(sale), 'paid')
  await host.crash()
}, { limit: 60000 })

// The system calls by which a sale shows: what makes the ledger durable, and what others hear of it.
// strace counts them a thread, so each number is met by whichever thread gets there first.
for (const call of ['fdatasync', 'pwrite64', 'sendmsg', 'sendto']) {
  step(`killed at any ${call} of a sale, the host comes back with exactly what was paid`, async () => {
    const seen = []
    let survived = false
    for (let n = 1; n <= 80 && !survived; ++n) {
      const wrap = ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`,
        '-e', `inject=${call}:signal=KILL:when=${n}`]
      seen.push(await crashedSale(`at ${call} ${n}`, wrap, async sale => {
        await Promise.race([sale.client.ended, host.program.ended])
        // The client may hear of its host's end before we do.
        survived = !(await host.program.end(500))
      }))
    }
    assert.ok(seen.length > 1, 'strace does not work here: no run was killed')
    tell(`${seen.length} runs`, seen)
  }, { limit: 240000 })
}

step(`killed after each of ${delays} delays, the host comes back with exactly what was paid`, async () => {
  const seen = []
  for (let n = 0; n < delays; ++n) {
    const delay = (n + random()) * saleTime * 1.1 / delays
    seen.push(await crashedSale(`after ${delay.toFixed(1)} ms, seed ${seed}`, [], () => pause(delay)))
  }
  tell(`${delays} runs over ${saleTime} ms, seed ${seed}`, seen)
}, { limit: 240000 })

step('asked to end in the middle of a sale, the host ends in order within 5 seconds, and owes nothing after', async () => {
  for (let n = 1; n <= 16; ++n) {
    const delay = (n + random()) * saleTime / 16
    forget()
    await host.start()
    const sale = await beginSale()
    await pause(delay)
    const ended = await host.program.stop('SIGTERM', 5000)
    assert.ok(ended, `still there 5 s after SIGTERM, ${delay.toFixed(1)} ms into a sale`)
    assert.strictEqual(host.program.code, 0, host.program.tail())
    await endSale(sale)
    await judge(sale)
    await host.crash()
  }
}, { limit: 120000 })

step('a client whose host dies says so within 10 seconds', async () => {
  forget()
  for (const part of [0.2, 0.4, 0.6, 0.8]) {
    await host.start()
    const sale = await beginSale()
    await pause(saleTime * part)
    await host.crash()
    const died = Date.now()
    const ended = await sale.client.end(10000)
    note(`${Math.round(saleTime * part)} ms into the sale: ${Date.now() - died} ms later${ended ? '' : ', and still not'}`)
    if (!ended) await sale.client.stop('SIGKILL')
    assert.ok(ended, `codius upload hung for 10 s after its host had died:\n${sale.client.tail()}`)
    assert.notStrictEqual(sale.client.code, null)
  }
}, { limit: 90000 })

run({ goOn: true })
