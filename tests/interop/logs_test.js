'use strict'
// The output of real containers, read through the host while they run, flood, exit and end. Needs
// root.
const assert = require('assert')
const fs = require('fs')
const http = require('http')
const { Host, removeLeftovers } = require('./support/host')
const { upload } = require('./support/client')
const { startRegistry, publishWebImage } = require('./support/registry')
const { until } = require('./support/wait')
const machine = require('./support/machine')
const places = require('./support/places')
const { step, run, cleanup, note } = require('./support/tap')

let host, registry, image, files
const followers = []

const shell = (id, script) => ({ id, image, command: ['/bin/sh', '-c', script] })
const manifestOf = (name, containers, more = {}) =>
  Object.assign({ name, version: '1.0.0', machine: 'small', debug: true, containers }, more)

async function buy (manifest, seconds = 600) {
  const sold = await upload(host, files, manifest, seconds, { registry: registry.address })
  assert.strictEqual(sold.code, 0, sold.output)
  return sold.said.manifestHash
}
const logs = hash => host.get(`/pods/${hash}/logs`)

/** Someone who follows; with `reads: false` he takes nothing of what is sent. */
function follow (hash, { reads = true } = {}) {
  const out = { text: '', bytes: 0, ended: false, cut: false }
  out.req = http.get({
    host: '127.0.0.1',
    port: host.port,
    path: `/pods/${hash}/logs?follow=true`,
    headers: { Host: `localhost:${host.port}` },
    agent: false
  }, res => {
    out.status = res.statusCode
    out.headers = res.headers
    if (!reads) return res.pause()
    res.setEncoding('utf8')
    res.on('data', block => {
      out.bytes += block.length
      out.text = (out.text + block).slice(-100000)
    })
    res.on('aborted', () => { out.cut = true })
    res.on('end', () => { out.ended = true })
  })
  out.req.on('error', e => { out.error = e })
  out.leave = () => out.req.destroy()
  followers.push(out)
  return out
}

/** The log files that the host has open, as often as it has them open. */
function openLogs () {
  const dir = `/proc/${host.program.pid}/fd`
  return fs.readdirSync(dir).map(fd => {
    try { return fs.readlinkSync(`${dir}/${fd}`) } catch (e) { return '' }
  }).filter(name => /\/log( \(deleted\))?$/.test(name))
}
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(machine.text(`/proc/${host.program.pid}/status`))[1])

let talker

step('this is root, and no other host uses the machine\'s pod network', async () => {
  assert.strictEqual(process.getuid(), 0, 'pods need root: run the tests as root')
  assert.strictEqual(machine.otherHost(), undefined)
  await removeLeftovers()
})

step('a host with the oci runtime starts', async () => {
  registry = await startRegistry()
  image = publishWebImage(registry)
  files = places.temporary('files')
  host = await Host.make('logs', { CODIUS_POD_RUNTIME: 'oci', CODIUS_INSECURE_REGISTRIES: registry.address })
  cleanup(() => host.release())
  cleanup(() => followers.forEach(one => one.leave()))
  await host.start()
}, { limit: 90000 })

step('both containers\' output can be read, with container and stream in front of each line', async () => {
  talker = await buy(manifestOf('talker', [
    shell('web', 'echo hello; echo oops >&2; printf "no "; busybox sleep 0.3; echo end; printf "\\377\\n";' +
      'i=0; while :; do i=$((i+1)); echo tick $i; busybox sleep 0.1; done'),
    shell('side_car', 'echo side; exec busybox sleep 1000')
  ]))
  const answer = await until('the first tick', async () => {
    const seen = await logs(talker)
    return seen.text.includes('tick 1\n') && seen
  })
  assert.strictEqual(answer.status, 200)
  assert.strictEqual(answer.headers['content-type'], 'application/vnd.codius.raw-stream')
  assert.strictEqual(answer.headers['cache-control'], 'no-cache')
  for (const line of ['_web stdout hello', '_web stderr oops', '_web stdout no end', '_web stdout \ufffd', '_side_car stdout side']) {
    assert.ok(`\n${answer.text}`.includes(`\n${line}\n`), `"${line}" is not in ${answer.text}`)
  }
  for (const line of answer.text.trimEnd().split('\n')) assert.ok(/^_(web|side_car) std(out|err) /.test(line), line)
}, { limit: 90000 })

step('a follower gets each line within a blink, and a ping each second', async () => {
  const one = follow(talker)
  await until('two pings', () => one.text.split('\nping\n').length > 2)
  const seen = () => (one.text.match(/tick (\d+)\n/g) || []).length
  const before = seen()
  await until('more ticks', () => seen() > before + 5, 3000)
  const numbers = one.text.match(/tick (\d+)\n/g).map(word => Number(word.slice(5)))
  numbers.forEach((n, i) => assert.strictEqual(n, i + 1, 'a tick is missing or came twice'))
  one.leave()
})

step('D-21 when the last follower has gone nothing of the log is open any more', async () => {
  await until('the log files to be closed', () => openLogs().length === 0, 3000)
})

step('100 followers of one pod cost one reader', async () => {
  const all = []
  for (let i = 0; i < 100; i++) all.push(follow(talker))
  await until('all of them to follow', () => all.every(one => one.text.includes('\nping\n')), 10000)
  assert.strictEqual(openLogs().length, 2, `one file a container: ${openLogs()}`)
  all.forEach(one => one.leave())
  await until('the log files to be closed', () => openLogs().length === 0, 5000)
})

step('too many followers are told so', async () => {
  const all = []
  for (let i = 0; i < 130; i++) all.push(follow(talker))
  await until('all of them to be answered', () => all.every(one => one.status), 10000)
  assert.strictEqual(all.filter(one => one.status === 200).length, 128)
  assert.strictEqual(all.filter(one => one.status === 429).length, 2)
  all.forEach(one => one.leave())
  await until('the log files to be closed', () => openLogs().length === 0, 5000)
})

step('a flood fills no memory, though followers do not read, and reaches those who do', async () => {
  const flood = await buy(manifestOf('flood', [
    shell('web', 'echo first; exec busybox yes "a line of a flood that is as long as lines of logs are"')
  ]), 20)
  const before = memory()
  const stalled = []
  for (let i = 0; i < 20; i++) stalled.push(follow(flood, { reads: false }))
  const one = follow(flood)
  await until('30 MB of log', () => one.bytes > 30e6, 15000)
  const grown = memory() - before
  note(`the host grew by ${grown} KiB while ${stalled.length} followers did not read`)
  assert.ok(grown < 60000, `the host grew by ${grown} KiB`)
  assert.ok(one.text.includes('\nping\n') || one.bytes > 30e6)
  stalled.forEach(each => each.leave())
  await until('the flood\'s end', async () => (await host.pod(flood)).status === 404, 30000)
  await until('its follower to be let go', () => one.ended || one.cut, 10000)
}, { limit: 120000 })

step('a follower goes on in the new container when a pod exits, and the last words of both can be read', async () => {
  const mortal = await buy(manifestOf('mortal', [
    shell('web', 'echo born; busybox sleep 1; echo dying words >&2; exit 3')
  ]))
  const one = follow(mortal)
  await until('its second life', () => one.text.split('_web stdout born\n').length > 2, 20000)
  assert.ok(one.text.indexOf('_web stderr dying words\n') < one.text.lastIndexOf('_web stdout born\n'))
  await until('its second end', () => one.text.split('dying words').length > 2, 10000)
  const answer = await logs(mortal)
  assert.strictEqual(answer.text, '_web stdout born\n_web stderr dying words\n'.repeat(2))
  assert.ok(!one.ended)
  one.leave()
}, { limit: 90000 })

step('a follower ends in good order with the pod, and the log is gone with it', async () => {
  const brief = await buy(manifestOf('brief', [shell('web', 'echo here; exec busybox sleep 100')]), 6)
  const one = follow(brief)
  await until('the end', () => one.ended, 15000)
  assert.ok(!one.cut)
  assert.ok(one.text.startsWith('_web stdout here\n'), one.text)
  const answer = await logs(brief)
  assert.strictEqual(answer.status, 404)
  assert.strictEqual(answer.body.message, `no pod found with this id. id=${brief}`)
}, { limit: 60000 })

step('a pod whose manifest does not say debug keeps its output to itself', async () => {
  const secret = await buy(manifestOf('secret', [shell('web', 'echo secret; exec busybox sleep 100')], { debug: false }))
  const answer = await logs(secret)
  assert.strictEqual(answer.status, 403)
  assert.strictEqual(answer.body.message, `pod manifest does not allow debugging. id=${secret}`)
}, { limit: 60000 })

step('after a restart of the host the log is read from its beginning, and followed', async () => {
  const one = follow(talker)
  await until('a tick', () => one.text.includes('tick'))
  await host.stop()
  await until('the follower to be let go', () => one.ended || one.cut, 5000)
  await host.start()
  const two = follow(talker)
  await until('a ping', () => two.text.includes('\nping\n'))
  assert.ok(`\n${two.text}`.includes('\n_web stdout hello\n'), two.text)
  two.leave()
}, { limit: 60000 })

run()
