'use strict'
// deploy/demo, as a person would run it. Needs root.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { Program } = require('./support/program')
const { request } = require('./support/http')
const { removeLeftovers } = require('./support/host')
const machine = require('./support/machine')
const places = require('./support/places')
const { step, run, cleanup } = require('./support/tap')

const demo = path.join(places.project, 'deploy/demo')
const state = '/var/lib/codius-demo'
let before, shown

async function runDemo (words, limit) {
  const program = new Program('deploy/demo', [demo].concat(words), { env: { TERM: 'dumb' } })
  const ended = await program.end(limit)
  if (!ended) await program.stop('SIGTERM', 30000)
  assert.ok(ended, `not done after ${limit} ms:\n${program.tail()}`)
  return program
}

step('no demo and no other host runs', async () => {
  assert.strictEqual(process.getuid(), 0, 'the demo needs root: run the tests as root')
  assert.strictEqual(machine.otherHost(), undefined)
  assert.ok(!fs.existsSync(state), `a demo is there (${state}): end it by ./deploy/demo --stop`)
  await removeLeftovers()
  before = machine.trace()
  cleanup(() => runDemo(['--stop'], 60000))
})

step('deploy/demo --once works from end to end', async () => {
  const program = await runDemo(['--once'], 900000)
  assert.strictEqual(program.code, 0, program.output)
  shown = program.output
}, { limit: 930000 })

step('it tells price, URL, page and expiry, in plain lines where there is no terminal', async () => {
  for (const word of [/Hello! This page was paid for\./, /Price +0\.002283106 XRP/, /URL +http:\/\/[a-z2-7]{52}\.localhost/, /Expiry +20\d\d-/]) {
    assert.ok(word.test(shown), `${word} is not in:\n${shown}`)
  }
  assert.ok(!/[\x1b\r]/.test(shown), 'there are control characters in it')
})

step('it leaves nothing behind', async () => {
  assert.deepStrictEqual(machine.trace(), before)
  assert.deepStrictEqual(machine.mentions('codius-demo'), [])
  assert.ok(!fs.existsSync(state))
})

step('without --once the host stays, and a second run takes seconds', async () => {
  assert.strictEqual((await runDemo([], 120000)).code, 0)
  const began = Date.now()
  const again = await runDemo([], 60000)
  assert.strictEqual(again.code, 0, again.output)
  assert.ok(Date.now() - began < 15000, `${Date.now() - began} ms`)
  const [, hash, port] = /URL +http:\/\/([a-z2-7]{52})\.localhost:(\d+)/.exec(again.output)
  const page = await request(Number(port), '/', { host: `${hash}.localhost:${port}` })
  assert.strictEqual(page.status, 200)
  assert.ok(page.text.includes(hash), page.text)
}, { limit: 200000 })

step('--stop leaves nothing behind, and may be said again', async () => {
  for (const time of ['first', 'second']) {
    const stopped = await runDemo(['--stop'], 60000)
    assert.strictEqual(stopped.code, 0, `${time}: ${stopped.output}`)
  }
  assert.deepStrictEqual(machine.trace(), before)
  assert.deepStrictEqual(machine.mentions('codius-demo'), [])
  assert.ok(!fs.existsSync(state))
}, { limit: 130000 })

run()
