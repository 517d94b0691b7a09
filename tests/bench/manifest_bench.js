'use strict'
// How often a second a typical manifest is validated, hashed and interpolated on one core: by our
// library, and by the npm package codius-manifest 2.2.3, in turns in one run. Both begin with the
// parsed JSON. Prints the medians and their ratio; judges nothing.
//
//   node manifest_bench.js [ROUNDS [SECONDS EACH]]      default 7 1
const path = require('path')
const { spawnSync } = require('child_process')
const modules = path.resolve(__dirname, '../interop/node_modules')
const { hashManifest, generateSimpleManifest, validateGeneratedManifest } = require(path.join(modules, 'codius-manifest'))
const { hashPrivateVars } = require(path.join(modules, 'codius-manifest/src/common/crypto-utils.js'))

const rounds = Number(process.argv[2] || 7)
const seconds = Number(process.argv[3] || 1)
const build = process.env.CODIUS_BUILD || path.resolve(__dirname, '../../build/release')
const driver = path.join(build, 'manifest_driver')

/** 2 containers, 10 variables: 8 public, 2 private, each used once. */
function typicalManifest () {
  const digest = letter => '@sha256:' + letter.repeat(64)
  const vars = {}
  const secrets = {}
  const settings = ['DATABASE_URL', 'CACHE_URL', 'LOG_LEVEL', 'SMTP_HOST', 'SMTP_PORT', 'SHOP_NAME', 'ADMIN_MAIL', 'REGION']
  settings.forEach((name, i) => { vars[name] = { value: `https://service-${i}.example.com/path?key=${i}` } })
  const hidden = ['SESSION_SECRET', 'PAYMENT_API_KEY']
  hidden.forEach((name, i) => {
    secrets[name] = { nonce: String(i).repeat(32), value: `a password or a key of some length, number ${i}` }
  })
  const hashes = hashPrivateVars({ private: { vars: secrets } })
  for (const name of Object.keys(secrets)) vars[name] = { encoding: 'private:sha256', value: hashes[name] }
  const use = names => names.reduce((all, name) => Object.assign(all, { [name]: '$' + name }), {})
  const names = Object.keys(vars)
  return {
    manifest: {
      name: 'a-web-shop',
      version: '1.0.0',
      machine: 'small',
      port: '8080',
      containers: [
        { id: 'web', image: 'registry.example.com/shop/web' + digest('a'), command: ['/bin/shop', '--listen', '0.0.0.0:8080'], workdir: '/srv', environment: use(names.slice(0, 6)) },
        { id: 'store', image: 'registry.example.com/shop/store' + digest('b'), environment: use(names.slice(6)) }
      ],
      vars
    },
    private: { vars: secrets }
  }
}

const value = typicalManifest()
const text = JSON.stringify(value)

/** What a client does with one. Ours validates as part of filling in the variables. */
function theirs () {
  const began = process.cpuUsage()
  let count = 0
  for (;;) {
    for (let i = 0; i < 20; ++i, ++count) {
      if (validateGeneratedManifest(value).length > 0) throw new Error('the manifest is not valid')
      hashManifest(value.manifest)
      generateSimpleManifest(value)
    }
    const { user, system } = process.cpuUsage(began)
    const spent = (user + system) / 1e6
    if (spent >= seconds) return count / spent
  }
}

function ours () {
  const ran = spawnSync(driver, [String(seconds)], { input: text + '\n' })
  if (ran.status !== 0) throw new Error(`${driver} ended with ${ran.status}: ${ran.stdout}${ran.stderr}`)
  return Number(ran.stdout.toString().split(' ')[0])
}

const median = all => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]
const npm = []
const library = []
theirs() // warms it up
for (let round = 0; round < rounds; ++round) {
  npm.push(theirs())
  library.push(ours())
}
console.log(`validate, hash and interpolate ${text.length} octets: ours ${median(library).toFixed(0)}/s, ` +
  `codius-manifest 2.2.3 on node ${process.version} ${median(npm).toFixed(0)}/s, ratio ${(median(library) / median(npm)).toFixed(0)}`)
