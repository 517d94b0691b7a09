'use strict'
// Image tags become digests, at real registries: open ones, with token and with password
// authentication, with and without TLS; and at servers that are none, or misbehave.
const assert = require('assert')
const fs = require('fs')
const http = require('http')
const net = require('net')
const path = require('path')
const { execFileSync } = require('child_process')
const { Program } = require('./support/program')
const registries = require('./support/registry')
const { freePort } = require('./support/wait')
const { step, run, cleanup, onFailure } = require('./support/tap')
const places = require('./support/places')

const user = 'ada'
const password = 'a pass phrase'
const home = places.temporary('images')
const logins = path.join(home, 'logins.json') // skopeo's, of this test alone
const certificate = registries.makeCertificate(home, 'registry')
let open, tokens, withTokens, withPassword, withTls, image, index
let last = ''
onFailure(() => `the last answer:\n${last}`)

/** `codius manifest generate` of one image. Gives {code, image, text, seconds}. */
async function resolve (image, { words = [], env = {} } = {}) {
  const file = path.join(home, 'codius.json')
  fs.writeFileSync(file, JSON.stringify({ manifest: { name: 'n', version: '1', machine: 'small', port: '80', containers: [{ id: 'web', image }] } }))
  const began = Date.now()
  const program = new Program('codius', [places.codius, 'manifest', 'generate', file].concat(words),
    { cwd: home, env: Object.assign({ REGISTRY_AUTH_FILE: logins, CODIUS_INSECURE_REGISTRIES: '' }, env) })
  if (!(await program.end(25000))) {
    await program.stop('SIGKILL')
    throw new Error(`codius manifest generate did not end in time:\n${program.tail()}`)
  }
  last = program.output
  const out = { code: program.code, text: program.output, seconds: (Date.now() - began) / 1000 }
  if (program.code === 0) out.image = JSON.parse(program.output).manifest.containers[0].image
  return out
}
const insecure = registry => ({ words: ['--insecure-registry', registry.address] })

async function resolvesTo (image, expected, how) {
  const got = await resolve(image, how)
  assert.strictEqual(got.code, 0, got.text)
  assert.strictEqual(got.image, expected)
}

/** It fails with one sentence that `words` match, its place in the file, and a line of what to do. */
async function fails (image, code, words, next, how) {
  const got = await resolve(image, how)
  assert.strictEqual(got.code, code, got.text)
  const lines = got.text.trimEnd().split('\n')
  assert.ok(/codius\.json:1:\d+: manifest\.containers\[?\.?0\]?\.image: image /.test(lines[0]), lines[0])
  assert.ok(words.test(lines[0]), `${lines[0]}\nis not ${words}`)
  assert.ok(next.test(lines[lines.length - 1]), `${lines[lines.length - 1]}\nis not ${next}`)
  assert.strictEqual(lines.length, 4, 'sentence, line, place, and what to do') // and no stack of Go's
  return got
}

/** A login by skopeo itself; the token service that it asks is in this very process. */
async function login (registry, name, secret) {
  const program = new Program('skopeo login', ['skopeo', 'login', '--tls-verify=false', '--authfile', logins, '-u', name, '-p', secret, registry.address])
  if (!(await program.end(20000)) || program.code !== 0) throw new Error(`skopeo login did not work:\n${program.tail()}`)
}
/** What skopeo would have kept of a login that was right once. */
function remember (registry, name, secret) {
  fs.writeFileSync(logins, JSON.stringify({ auths: { [registry.address]: { auth: Buffer.from(`${name}:${secret}`).toString('base64') } } }))
}
const forget = () => fs.writeFileSync(logins, '{"auths":{}}')

/** A server in a registry's place that answers each request by `answer(req, res)`. */
async function pretend (answer) {
  const server = http.createServer(answer)
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => server.close())
  return { address: `127.0.0.1:${server.address().port}` }
}
const asRegistry = answer => (req, res) => {
  if (req.url === '/v2/') return res.end('{}')
  answer(req, res)
}

step('registries run: open, with tokens, with passwords, and with TLS', async () => {
  forget()
  const data = path.join(home, 'data')
  open = await registries.startRegistry({ data })
  tokens = await registries.startTokenService({ user, password })
  withTokens = await registries.startRegistry({ data, settings: tokens.lines })
  const passwords = path.join(home, 'htpasswd')
  fs.writeFileSync(passwords, execFileSync('htpasswd', ['-Bbn', user, password]))
  withPassword = await registries.startRegistry({ data, settings: [`auth: {htpasswd: {realm: tests, path: ${passwords}}}`] })
  withTls = await registries.startRegistry({ data, tls: certificate })
  image = await registries.publishEmptyImage(open, 'public/web', '1')
  await registries.publishEmptyImage(open, 'closed/web', '1')
  index = await registries.publishIndex(open, 'public/many', '1', ['amd64', 'arm64'])
})

step('a tag becomes the digest of its manifest; the registry has a port in its name', () =>
  resolvesTo(`${open.address}/public/web:1`, `${open.address}/public/web@${image.digest}`, insecure(open)))

step('an image for several architectures becomes the digest of its index', () =>
  resolvesTo(`${open.address}/public/many:1`, `${open.address}/public/many@${index.digest}`, insecure(open)))

step('a registry without TLS is spoken to only when that was asked for', async () => {
  await fails(`${open.address}/public/web:1`, 2, /does not speak TLS/, /--insecure-registry/)
  await fails(`${open.address}/public/web:1`, 2, /does not speak TLS/, /--insecure-registry/, insecure(withTokens))
  await resolvesTo(`${open.address}/public/web:1`, `${open.address}/public/web@${image.digest}`,
    { env: { CODIUS_INSECURE_REGISTRIES: `127.0.0.1:1, ${open.address}` } })
})

step('so is one whose certificate nobody vouches for, unless its maker is trusted', async () => {
  await fails(`${withTls.address}/public/web:1`, 2, /certificate is not to be trusted/, /--insecure-registry/)
  const expected = `${withTls.address}/public/web@${image.digest}`
  await resolvesTo(`${withTls.address}/public/web:1`, expected, insecure(withTls))
  await resolvesTo(`${withTls.address}/public/web:1`, expected, { env: { SSL_CERT_FILE: certificate.certificate } })
})

step('with token authentication, a public image needs no login', async () => {
  await resolvesTo(`${withTokens.address}/public/web:1`, `${withTokens.address}/public/web@${image.digest}`, insecure(withTokens))
  assert.ok(tokens.asked.some(url => url.includes('public')), 'the token service was asked')
})

step('another one needs the login of skopeo', async () => {
  const name = `${withTokens.address}/closed/web`
  await fails(`${name}:1`, 1, /wants a login|denies access/, /skopeo login/, insecure(withTokens))
  await login(withTokens, user, password)
  await resolvesTo(`${name}:1`, `${name}@${image.digest}`, insecure(withTokens))
})

step('a token that is refused is told, and what mends it', async () => {
  remember(withTokens, user, 'no longer the password')
  await fails(`${withTokens.address}/closed/web:1`, 1, /wants a login/, /skopeo login/, insecure(withTokens))
  forget()
})

step('with a password, too', async () => {
  const name = `${withPassword.address}/public/web`
  await fails(`${name}:1`, 1, /wants a login/, /skopeo login/, insecure(withPassword))
  await login(withPassword, user, password)
  await resolvesTo(`${name}:1`, `${name}@${image.digest}`, insecure(withPassword))
  remember(withPassword, user, 'wrong')
  await fails(`${name}:1`, 1, /wants a login/, /skopeo login/, insecure(withPassword))
  forget()
})

step('unknown images and tags are told', async () => {
  await fails(`${open.address}/public/nobody:1`, 1, /the registry does not have it/, /name right/, insecure(open))
  await fails(`${open.address}/public/web:2`, 1, /the registry does not have it/, /name right/, insecure(open))
})

step('an image that has a digest is left alone, and nobody is asked', async () => {
  let asked = 0
  const watcher = net.createServer(socket => { ++asked; socket.destroy() })
  await new Promise(resolve => watcher.listen(0, '127.0.0.1', resolve))
  cleanup(() => watcher.close())
  const name = `127.0.0.1:${watcher.address().port}/a/b:tag@sha256:${'a'.repeat(64)}`
  await resolvesTo(name, name)
  assert.strictEqual(asked, 0)
})

step('a registry that is not there', async () => {
  const port = await freePort()
  await fails(`127.0.0.1:${port}/a/b:1`, 2, /its registry does not listen/, /digest/)
  await fails('no-such-registry.invalid/a/b:1', 2, /registry's name has no address|names cannot be looked up/, /digest/)
})

step('a registry that hangs is given up on in time', async () => {
  const silent = await pretend(() => {})
  const got = await fails(`${silent.address}/a/b:1`, 2, /no answer from its registry within 2 s/, /digest/,
    { words: ['--insecure-registry', silent.address, '--timeout', '2'] })
  assert.ok(got.seconds < 10, `${got.seconds} s`)
})

step('a registry that answers garbage', async () => {
  const page = await pretend((req, res) => res.end('<html>Welcome to nginx!</html>'))
  await fails(`${page.address}/a/b:1`, 1, /not an image manifest/, /name right/, insecure(page))
  const old = await pretend(asRegistry((req, res) => {
    res.setHeader('Content-Type', 'application/vnd.docker.distribution.manifest.v1+prettyjws')
    res.end('{"schemaVersion":1,"name":"a/b","tag":"1"}')
  }))
  await fails(`${old.address}/a/b:1`, 1, /not an image manifest/, /name right/, insecure(old))
  const huge = await pretend(asRegistry((req, res) => {
    res.setHeader('Content-Type', 'application/vnd.oci.image.manifest.v1+json')
    res.end(`{"schemaVersion":2,"annotations":{"x":"${'y'.repeat(5e6)}"}}`)
  }))
  await fails(`${huge.address}/a/b:1`, 1, /not an image manifest|too big|exceed/, /name right/, insecure(huge))
  const noise = net.createServer(socket => socket.end('\x00\xffSSH-2.0-nonsense\r\n\r\n'))
  await new Promise(resolve => noise.listen(0, '127.0.0.1', resolve))
  cleanup(() => noise.close())
  const address = `127.0.0.1:${noise.address().port}`
  await fails(`${address}/a/b:1`, 2, /its registry cannot be reached|has a fault/, /digest/, insecure({ address }))
  const broken = await pretend(asRegistry((req, res) => { res.statusCode = 500; res.end() }))
  await fails(`${broken.address}/a/b:1`, 2, /has a fault/, /digest/, insecure(broken))
})

step('a registry that lies about the digest is not believed: what counts is the content', async () => {
  const text = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"size":2},"layers":[]}'
  const liar = await pretend(asRegistry((req, res) => {
    res.setHeader('Content-Type', 'application/vnd.oci.image.manifest.v1+json')
    res.setHeader('Docker-Content-Digest', 'sha256:' + '0'.repeat(64))
    res.end(text)
  }))
  await resolvesTo(`${liar.address}/a/b:1`, `${liar.address}/a/b@${registries.digestOf(text)}`, insecure(liar))
})

run({ goOn: true })
