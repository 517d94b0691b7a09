'use strict'
// A real container from a real image in a real registry, bought by codius and read through the
// host. Needs root.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { Host, removeLeftovers } = require('./support/host')
const { upload } = require('./support/client')
const { pay } = require('./support/payer')
const { startRegistry, publishWebImage } = require('./support/registry')
const { until } = require('./support/wait')
const ledger = require('./support/ledger')
const machine = require('./support/machine')
const places = require('./support/places')
const { step, run, cleanup } = require('./support/tap')

let host, registry, image, before, files
let long, brief, longPid

const manifestOf = (name, more = {}) => ({
  name,
  version: '1.0.0',
  machine: 'small',
  port: '8080',
  containers: [Object.assign({ id: 'web', image }, more)]
})
const pageOf = hash => host.get('/', { host: `${hash}.localhost:${host.port}` })

/** The record that the runtime keeps of a pod: how the test gets to know its processes. */
function recordOf (hash) {
  const find = dir => fs.readdirSync(dir, { withFileTypes: true }).map(entry => {
    const at = path.join(dir, entry.name)
    if (entry.isFile() && entry.name === 'pod.json' && at.includes(hash)) return at
    return entry.isDirectory() && !['images', 'rootfs'].includes(entry.name) ? find(at) : undefined
  }).find(at => at)
  const file = find(host.settings.CODIUS_ROOT)
  return file && JSON.parse(fs.readFileSync(file, 'utf8'))
}
const pidOf = hash => recordOf(hash).containers[0].init.pid

step('this is root, and no other host uses the machine\'s pod network', async () => {
  assert.strictEqual(process.getuid(), 0, 'pods need root: run the tests as root')
  assert.strictEqual(machine.otherHost(), undefined)
  await removeLeftovers()
})

step('a registry holds a web image', async () => {
  registry = await startRegistry()
  image = publishWebImage(registry)
  files = places.temporary('files')
}, { limit: 60000 })

step('a host with the oci runtime starts', async () => {
  host = await Host.make('pod', { CODIUS_POD_RUNTIME: 'oci', CODIUS_INSECURE_REGISTRIES: registry.address })
  before = machine.trace()
  cleanup(() => host.release())
  await host.start()
}, { limit: 60000 })

step('codius upload buys a pod', async () => {
  long = await upload(host, files, manifestOf('long'), 600, { registry: registry.address })
  assert.strictEqual(long.code, 0, long.output)
  assert.ok(/^[a-z2-7]{52}$/.test(long.said.manifestHash), long.output)
  longPid = pidOf(long.said.manifestHash)
}, { limit: 90000 })

step('its page comes through the proxy, by the host name of its hash', async () => {
  const page = await until('the page', async () => {
    const answer = await pageOf(long.said.manifestHash)
    return answer.status === 200 && answer
  })
  assert.ok(page.text.includes(long.said.manifestHash), page.text)
})

step('another hash has no page', async () => {
  assert.strictEqual((await pageOf('a'.repeat(52))).status, 404)
})

step('the container has no privileges to lose', async () => {
  const status = machine.text(`/proc/${longPid}/status`)
  const value = name => (new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status) || [])[1]
  assert.strictEqual(value('NoNewPrivs'), '1')
  assert.strictEqual(value('Seccomp'), '2')
  assert.strictEqual(value('CapEff'), '0000000000000000')
  assert.notStrictEqual(value('Uid'), '0')
  assert.notStrictEqual(fs.readlinkSync(`/proc/${longPid}/ns/net`), fs.readlinkSync('/proc/self/ns/net'))
})

step('killed and started again, the host serves the same container', async () => {
  await host.crash()
  assert.ok(fs.existsSync(`/proc/${longPid}`), 'the container ended with the daemon')
  await host.start()
  const page = await until('the page', async () => {
    const answer = await pageOf(long.said.manifestHash)
    return answer.status === 200 && answer
  })
  assert.ok(page.text.includes(long.said.manifestHash))
  assert.strictEqual(pidOf(long.said.manifestHash), longPid)
}, { limit: 60000 })

step('uploading it again extends it, and the container stays', async () => {
  const more = await upload(host, files, manifestOf('long'), 60, { registry: registry.address })
  assert.strictEqual(more.code, 0, more.output)
  assert.strictEqual(Date.parse(more.said.expiry), Date.parse(long.said.expiry) + 60000)
  assert.strictEqual(pidOf(long.said.manifestHash), longPid)
}, { limit: 60000 })

step('an image that the registry does not have costs nothing', async () => {
  const sold = ledger.totals(host.database)
  const missing = Object.assign(manifestOf('missing'), {
    containers: [{ id: 'web', image: `${registry.address}/hello@sha256:${'0'.repeat(64)}` }]
  })
  const answer = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest: missing } })
  assert.ok(answer.status >= 400 && answer.status !== 402, `${answer.status} ${answer.text}`)
  assert.strictEqual(answer.price, 0)
  assert.ok(answer.body.message, answer.text)
  assert.deepStrictEqual(ledger.totals(host.database), sold)
}, { limit: 60000 })

step('a program that cannot be started is paid back as credit, with a sentence that says why', async () => {
  const digest = (await host.pod(long.said.manifestHash)).body.manifest.containers[0].image
  const wrong = Object.assign(manifestOf('wrong'), {
    containers: [{ id: 'web', image: digest, command: ['/no/such/program'] }]
  })
  const answer = await pay(host.ilpPort, `${host.uri}/pods?duration=600`, { body: { manifest: wrong } })
  assert.ok(answer.status >= 400 && answer.status !== 402, `${answer.status} ${answer.text}`)
  assert.strictEqual(Number(answer.body.credit), answer.price, answer.text)
  assert.ok(/no\/such\/program|start/.test(answer.body.message), answer.text)
  assert.deepStrictEqual(ledger.faults(host.database), [])
}, { limit: 90000 })

step('a pod of 8 seconds serves its page', async () => {
  brief = await upload(host, files, manifestOf('brief'), 8, { registry: registry.address })
  assert.strictEqual(brief.code, 0, brief.output)
  brief.record = recordOf(brief.said.manifestHash)
  await until('the page', async () => (await pageOf(brief.said.manifestHash)).status === 200, 7000)
}, { limit: 60000 })

step('when its time is over it is gone with all it had, and not before', async () => {
  const expiry = Date.parse(brief.said.expiry)
  await until('the end of the pod', async () => (await pageOf(brief.said.manifestHash)).status === 404, 12000)
  assert.ok(Date.now() >= expiry - 50, `gone ${expiry - Date.now()} ms early`)
  assert.ok(Date.now() <= expiry + 3000, `gone ${Date.now() - expiry} ms late`)
  await until('GET /pods to say 404', async () => (await host.pod(brief.said.manifestHash)).status === 404, 5000)
  const { shortId, containers } = brief.record
  await until('its traces to be gone', () => {
    const left = machine.mentions(shortId)
      .concat(machine.mounts().filter(point => point.includes(brief.said.manifestHash)))
      .concat(machine.groups().filter(dir => dir.includes(shortId)))
      .concat(fs.existsSync(`/proc/${containers[0].init.pid}`) ? ['its process'] : [])
      .concat(recordOf(brief.said.manifestHash) ? ['its record'] : [])
    if (left.length > 0) throw new Error(left.join('\n'))
    return true
  }, 10000)
}, { limit: 60000 })

step('the other pod is not touched by that', async () => {
  assert.strictEqual((await pageOf(long.said.manifestHash)).status, 200)
  assert.strictEqual(pidOf(long.said.manifestHash), longPid)
})

step('SIGTERM ends the host and leaves the pod alone', async () => {
  await host.stop()
  assert.strictEqual(host.program.code, 0, host.program.tail())
  assert.ok(fs.existsSync(`/proc/${longPid}`))
})

step('--release-host takes everything away: processes, mounts, links, namespaces, tables, groups', async () => {
  await host.release()
  const after = machine.trace()
  assert.deepStrictEqual(after, before)
  assert.ok(!fs.existsSync(`/proc/${longPid}`))
  assert.deepStrictEqual(machine.mentions(host.dir), [])
}, { limit: 60000 })

run()
