'use strict'
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const path = require('path')
const { execFileSync } = require('child_process')
const { Program } = require('./program')
const { request } = require('./http')
const { until, freePort, isOpen } = require('./wait')
const { cleanup } = require('./tap')
const places = require('./places')

/**
 * A real registry on loopback. Gives {address: "127.0.0.1:PORT"}. `data` is where it keeps its
 * images; registries may share it. `settings` are further lines of its configuration, and `tls`
 * {certificate, key} are files.
 */
async function startRegistry ({ data, settings = [], tls } = {}) {
  const dir = places.temporary('registry')
  const port = await freePort()
  const config = path.join(dir, 'config.yml')
  const encrypted = tls ? `, tls: {certificate: ${tls.certificate}, key: ${tls.key}}` : ''
  fs.writeFileSync(config, [
    'version: 0.1',
    'log: {level: warn, accesslog: {disabled: true}}',
    `storage: {filesystem: {rootdirectory: ${data || dir + '/data'}}}`,
    `http: {addr: "127.0.0.1:${port}"${encrypted}}`, ''].concat(settings, '').join('\n'))
  const program = new Program('docker-registry', ['docker-registry', 'serve', config], { env: { OTEL_TRACES_EXPORTER: 'none' } })
  cleanup(() => program.stop())
  await until('the registry', async () => {
    program.mustRun()
    return tls ? isOpen(port) : [200, 401].includes((await request(port, '/v2/')).status)
  })
  return { address: `127.0.0.1:${port}`, port }
}

/** Publishes the demo's web image. Gives its name with the tag. */
function publishWebImage (registry) {
  const image = `${registry.address}/hello:1`
  execFileSync(path.join(places.project, 'deploy/web-image'), [image], { stdio: 'pipe' })
  return image
}

const digestOf = text => 'sha256:' + crypto.createHash('sha256').update(text).digest('hex')

async function expectStatus (answer, status, what) {
  if (answer.status !== status) throw new Error(`${what}: ${answer.status} ${answer.text}`)
  return answer
}

/** Publishes one blob. Gives its descriptor without a type. */
async function publishBlob (registry, name, text) {
  const begun = await expectStatus(await request(registry.port, `/v2/${name}/blobs/uploads/`, { method: 'POST', body: '' }), 202, 'the upload of a blob')
  const { pathname, search } = new URL(begun.headers.location, `http://${registry.address}`)
  const digest = digestOf(text)
  await expectStatus(await request(registry.port, `${pathname}${search}&digest=${digest}`,
    { method: 'PUT', body: text, headers: { 'Content-Type': 'application/octet-stream' } }), 201, 'a blob')
  return { digest, size: Buffer.byteLength(text) }
}

/** Publishes a manifest (an object) under a tag. Gives its descriptor. */
async function publishManifest (registry, name, tag, manifest) {
  const text = JSON.stringify(manifest)
  await expectStatus(await request(registry.port, `/v2/${name}/manifests/${tag}`,
    { method: 'PUT', body: text, headers: { 'Content-Type': manifest.mediaType } }), 201, 'a manifest')
  return { mediaType: manifest.mediaType, digest: digestOf(text), size: Buffer.byteLength(text) }
}

/** Publishes an image without content, for an architecture. Gives its descriptor. */
async function publishEmptyImage (registry, name, tag, architecture = 'amd64') {
  const config = await publishBlob(registry, name, JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }))
  const descriptor = Object.assign({ mediaType: 'application/vnd.oci.image.config.v1+json' }, config)
  return publishManifest(registry, name, tag, {
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: descriptor, layers: [] })
}

/** Publishes an index of images for several architectures. Gives its descriptor. */
async function publishIndex (registry, name, tag, architectures) {
  const manifests = []
  for (const architecture of architectures) {
    const image = await publishEmptyImage(registry, name, `${tag}-${architecture}`, architecture)
    manifests.push(Object.assign({ platform: { architecture, os: 'linux' } }, image))
  }
  return publishManifest(registry, name, tag, {
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests })
}

/** A self-signed certificate for 127.0.0.1. Gives the files {certificate, key}. */
function makeCertificate (dir, name) {
  const certificate = path.join(dir, `${name}.crt`)
  const key = path.join(dir, `${name}.key`)
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'pipe' })
  return { certificate, key }
}

/**
 * A service that gives out tokens as registries want them: to read `public/…` to everybody, to read
 * all to `user` with `password`. Gives {url, lines} with the lines of a registry's configuration,
 * and `asked`, the requests so far.
 */
async function startTokenService ({ user, password }) {
  const { certificate, key } = makeCertificate(places.temporary('tokens'), 'tokens')
  const chain = fs.readFileSync(certificate, 'utf8').replace(/-----[^-]*-----|\s/g, '')
  const coded = value => Buffer.from(value).toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
  const sign = claims => {
    const text = coded(JSON.stringify({ typ: 'JWT', alg: 'RS256', x5c: [chain] })) + '.' + coded(JSON.stringify(claims))
    return text + '.' + coded(crypto.createSign('RSA-SHA256').update(text).sign(fs.readFileSync(key)))
  }
  const service = { asked: [] }
  const login = 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64')
  const server = http.createServer((req, res) => {
    const { searchParams } = new URL(req.url, 'http://tokens')
    service.asked.push(req.url)
    const given = req.headers.authorization
    if (given && given !== login) {
      res.writeHead(401, { 'Content-Type': 'application/json' })
      return res.end('{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}')
    }
    const access = []
    for (const scope of searchParams.getAll('scope')) {
      const [type, name, actions] = scope.split(':')
      if (given || name.startsWith('public/')) access.push({ type, name, actions: actions.split(',').filter(a => a === 'pull') })
    }
    const now = Math.floor(Date.now() / 1000)
    const token = sign({ iss: 'tokens of the tests', sub: given ? user : '', aud: 'registry', iat: now, nbf: now - 60, exp: now + 300, jti: crypto.randomBytes(8).toString('hex'), access })
    res.writeHead(200, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ token, access_token: token, expires_in: 300 }))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanup(() => server.close())
  service.url = `http://127.0.0.1:${server.address().port}/token`
  service.lines = [`auth: {token: {realm: "${service.url}", service: registry, issuer: tokens of the tests, rootcertbundle: ${certificate}}}`]
  return service
}

module.exports = { startRegistry, publishWebImage, publishBlob, publishManifest, publishEmptyImage, publishIndex, makeCertificate, startTokenService, digestOf }
