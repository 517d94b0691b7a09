'use strict'
// codius cron with the real crontab program, whose job is then run as cron would run it. As root the
// crontab is that of the user nobody, else the own one; either is put back in the end.
const assert = require('assert')
const fs = require('fs')
const path = require('path')
const { spawnSync } = require('child_process')
const { Host } = require('./support/host')
const { upload } = require('./support/client')
const { newManifest } = require('./support/payer')
const { step, run, cleanup } = require('./support/tap')
const places = require('./support/places')

const isRoot = process.getuid() === 0
const work = places.temporary('cron')
const program = path.join(work, 'codius') // one file, so it may be copied anywhere
const stateFile = name => path.join(work, `${name}.codiusstate.json`)
const otherLine = '17 3 * * * /bin/true # somebody else\'s, with 100\\% of its signs'
let host, manifest

/** Runs a command as the user of the crontab. */
function as (argv, { input = '', env = {} } = {}) {
  const words = isRoot ? ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups'].concat(argv) : argv
  const ran = spawnSync(words[0], words.slice(1), { input, encoding: 'utf8', cwd: work, timeout: 60000, env: Object.assign({}, process.env, { HOME: work, ILP_CREDENTIALS: '' }, env) })
  if (ran.error) throw ran.error
  return { code: ran.status, out: ran.stdout, err: ran.stderr }
}
const crontab = () => {
  const ran = as(['crontab', '-l'])
  return ran.code === 0 ? ran.out : ''
}
const setCrontab = text => assert.strictEqual(as(['crontab', '-'], { input: text }).code, 0)
const cron = (what, more = []) => as([program, 'cron', what, '--codius-state-file', stateFile(manifest.name)].concat(more))

const before = crontab()
cleanup(() => before ? setCrontab(before) : as(['crontab', '-r']))

step('a pod is uploaded', async () => {
  fs.chmodSync(work, 0o777)
  fs.copyFileSync(places.codius, program)
  fs.chmodSync(program, 0o755)
  host = await Host.make('cron')
  await host.start()
  manifest = newManifest()
  const done = await upload(host, work, manifest, 600)
  assert.strictEqual(done.code, 0, done.output)
  fs.chmodSync(stateFile(manifest.name), 0o666)
  if (isRoot) fs.chownSync(stateFile(manifest.name), 65534, 65534)
})

step('cron create adds a line to the crontab, and leaves the others alone', () => {
  setCrontab(otherLine + '\n')
  const made = cron('create', ['--skip-extend', '-y'])
  assert.strictEqual(made.code, 0, made.err)
  const lines = crontab().trimEnd().split('\n')
  assert.strictEqual(lines.length, 2)
  assert.strictEqual(lines[0], otherLine)
  assert.strictEqual(lines[1], made.out.trimEnd())
  const again = cron('create', ['--skip-extend', '-y'])
  assert.strictEqual(again.code, 1)
  assert.ok(again.err.includes('there is a job for this pod already'), again.err)
})

step('cron view shows it', () => {
  const seen = cron('view')
  assert.strictEqual(seen.code, 0, seen.err)
  assert.strictEqual(seen.out.trimEnd(), crontab().trimEnd().split('\n')[1])
})

step('the line does what it is for', async () => {
  const hash = JSON.parse(fs.readFileSync(stateFile(manifest.name))).manifestHash
  const expiry = async () => Date.parse((await host.pod(hash)).body.expiry)
  const was = await expiry()
  const line = crontab().trimEnd().split('\n')[1]
  // The time, in one word or five, then what the shell gets; cron itself reads \% as %.
  const command = line.replace(/^(@\S+\s+|(\S+\s+){5})/, '').replace(/\\%/g, '%')
  const ran = as(['env', '-i', `HOME=${work}`, 'PATH=/usr/bin:/bin', `ILP_CREDENTIALS=${host.btp}`, '/bin/sh', '-c', command])
  assert.strictEqual(ran.code, 0, ran.out + ran.err)
  const left = (await expiry() - Date.now()) / 1000
  assert.ok(await expiry() > was && left > 7000 && left < 7400, `${left} s are left`)
})

step('cron remove takes away that line alone', () => {
  const gone = cron('remove', ['-y'])
  assert.strictEqual(gone.code, 0, gone.err)
  assert.strictEqual(crontab(), otherLine + '\n')
  assert.strictEqual(cron('view').out, 'No cron jobs exist for the uploaded pod(s)\n')
})

step('a crontab that is empty, or is not there, is no error', () => {
  as(['crontab', '-r'])
  assert.strictEqual(cron('view').code, 0)
  const made = cron('create', ['--skip-extend', '-y'])
  assert.strictEqual(made.code, 0, made.err)
  assert.strictEqual(crontab(), made.out)
  assert.strictEqual(cron('remove', ['-y']).code, 0)
  assert.strictEqual(crontab(), '')
})

run({ goOn: true })
