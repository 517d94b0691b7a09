'use strict'
// The npm package codius-manifest 2.2.3 and our manifest library side by side, on generated
// manifests: hashes, error lists with their order, and simple manifests must be the same, apart
// from D-23, which the README names.
//
//   manifest_test.js [COUNT [SEED]]      default 6000 1; also MANIFEST_CASES, MANIFEST_SEED
const path = require('path')
const { spawnSync } = require('child_process')
const { step, note, run } = require('./support/tap')
const places = require('./support/places')
const { makeTexts } = require('./support/manifests')
const { validateGeneratedManifest, hashManifest, generateSimpleManifest } = require('codius-manifest')
const { hashPrivateVars } = require('codius-manifest/src/common/crypto-utils.js')

const count = Number(process.argv[2] || process.env.MANIFEST_CASES || 6000)
const seed = Number(process.argv[3] || process.env.MANIFEST_SEED || 1)
const driver = path.join(path.dirname(places.codius), 'manifest_driver')

const privateHash = text => hashPrivateVars({ private: { vars: { x: JSON.parse(text) } } }).x

/** What the npm library makes of one text; what it dies of is its `crash`. */
function theirs (text) {
  const out = {}
  let value
  try {
    value = JSON.parse(text)
  } catch (e) {
    return { syntax: e.message }
  }
  const attempt = work => {
    try {
      return work()
    } catch (e) {
      out.crash = e.message
      return undefined
    }
  }
  out.hash_of_all = attempt(() => hashManifest(value))
  if (value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).includes('manifest')) {
    out.hash = attempt(() => hashManifest(value.manifest))
  }
  out.errors = attempt(() => validateGeneratedManifest(value))
  if (out.errors) {
    try {
      out.simple = JSON.stringify(generateSimpleManifest(value))
    } catch (e) {
      if (out.errors.length > 0) out.refusal = e.message
      else out.crash = e.message
    }
  }
  return out
}

// Half a surrogate pair in a text: from ES2019 on JavaScript writes it as an escape, before it did
// not. The library is the same on both; we write what newer ones write.
const stringify = JSON.stringify
JSON.stringify = (...args) => {
  const text = stringify(...args)
  return text && text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g,
    unit => unit.length === 2 ? unit : '\\u' + unit.charCodeAt(0).toString(16))
}

/** What is left of `value` on its way out of a process. */
const plain = value => value === undefined ? undefined : JSON.parse(Buffer.from(stringify(value)).toString())
const same = (a, b) => stringify(plain(a)) === stringify(plain(b))

/**
 * D-23, the one difference that the README names: names that every object inherits. It is looked
 * for in the input, and excuses no hash.
 */
const INHERITED = Object.getOwnPropertyNames(Object.prototype)
const isNamed = (text, wrong) => !wrong.some(field => field.startsWith('hash')) &&
  INHERITED.some(name => text.includes(`"${name}"`) || text.includes(`"$${name}"`))

const FIELDS = ['syntax', 'hash', 'hash_of_all', 'errors', 'simple', 'refusal']

step(`${count} manifests: no difference in hash, errors and simple manifest`, () => {
  const texts = makeTexts(seed, count, { privateHash })
  const ran = spawnSync(driver, { input: texts.join('\n') + '\n', maxBuffer: 1 << 30 })
  if (ran.status !== 0) throw new Error(`the driver ended with ${ran.status} ${ran.signal}: ${ran.stderr}`)
  const ours = ran.stdout.toString().split('\n').slice(0, -1).map(line => JSON.parse(line))
  if (ours.length !== count) throw new Error(`${ours.length} answers`)
  const tally = { valid: 0, invalid: 0, notJson: 0, named: 0 }
  const differences = []
  texts.forEach((text, i) => {
    const expected = theirs(text)
    const got = ours[i]
    if (expected.syntax && got.syntax) ++tally.notJson
    else if (expected.errors && expected.errors.length === 0) ++tally.valid
    else ++tally.invalid
    if (expected.syntax && got.syntax) return // the words are each parser's own
    const wrong = FIELDS.filter(field => !same(expected[field], got[field]))
    if (wrong.length === 0) return
    if (isNamed(text, wrong)) ++tally.named
    else differences.push({ i, wrong, text: text.slice(0, 2000), expected, got })
  })
  note(`seed ${seed}: ${tally.valid} valid, ${tally.invalid} invalid, ${tally.notJson} no JSON; ` +
    `differences: ${tally.named} by inherited names (D-23), ${differences.length} others`)
  for (const { i, wrong, text, expected, got } of differences.slice(0, 5)) {
    note(`number ${i}: ${text}`)
    wrong.forEach(field => note(`  ${field}\n    npm:  ${JSON.stringify(expected[field])}\n    ours: ${JSON.stringify(got[field])}`))
  }
  if (differences.length > 0) throw new Error(`${differences.length} differences`)
  if (tally.valid < count / 5 || tally.invalid < count / 5 || tally.notJson < count / 100) throw new Error('too few of a kind')
}, { limit: 280000 })

run()
