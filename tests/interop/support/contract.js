'use strict'
// Every exchange that was recorded from the original host is had again with this one. Where the
// answers differ, ../contract_differences.js says how and why, and the README must name the reason.
const fs = require('fs')
const path = require('path')
const { step } = require('./tap')
const { requestText, parseAnswer, exchange } = require('./wire')
const places = require('./places')
const { mustBeDescribed } = require('./description')
const { everywhere, differences, elsewhere } = require('../contract_differences')

const readmeText = fs.readFileSync(path.join(places.project, 'README.md'), 'utf8').replace(/\s+/g, ' ')
const vectors = path.join(places.project, 'tests/data/host-api')
const load = name => JSON.parse(fs.readFileSync(path.join(vectors, `${name}.json`), 'utf8')).cases
// --- the comparison ------------------------------------------------------------------------------

/** Paths of all members in which `ours` differs from `theirs`; members that only we have are none. */
function unlike (theirs, ours, at, volatile) {
  if (volatile.includes(at)) return []
  if (theirs === null || typeof theirs !== 'object') return theirs === ours ? [] : [at || '/']
  if (ours === null || typeof ours !== 'object' || Array.isArray(theirs) !== Array.isArray(ours)) return [at || '/']
  if (Array.isArray(theirs) && theirs.length !== ours.length) return [at || '/']
  return Object.keys(theirs).reduce((all, key) => all.concat(unlike(theirs[key], ours[key], `${at}/${key}`, volatile)), [])
}

/** What is different in every answer of its kind: see `everywhere` in the list of differences. */
function asOurs (recorded, ours) {
  if (recorded === null || typeof recorded !== 'object') return recorded
  const json = JSON.parse(JSON.stringify(recorded))
  for (const { readme, change } of everywhere) {
    if (!change(json, ours || {})) continue
    if (!readmeText.includes(readme)) throw new Error(`README.md does not say "${readme}"`)
  }
  return json
}

const headersCompared = ['content-type', 'cache-control', 'location', 'set-cookie']

function compare (recorded, answer, volatile) {
  const wrong = []
  if (answer.status !== recorded.status) wrong.push(`status ${answer.status} instead of ${recorded.status}`)
  for (const name of headersCompared) {
    const theirs = recorded.headers[name]
    if (theirs !== undefined && !volatile.includes(`header:${name}`) && theirs !== answer.headers[name]) {
      wrong.push(`${name}: ${answer.headers[name]} instead of ${theirs}`)
    }
  }
  if (recorded.headers.pay && !/^interledger-stream [A-Za-z0-9._~-]+ [A-Za-z0-9+/]{43}=$/.test(answer.headers.pay || '')) {
    wrong.push(`Pay: ${answer.headers.pay}`)
  }
  const theirs = asOurs(recorded.json, answer.json)
  if (theirs !== undefined && !volatile.includes('body')) {
    for (const at of unlike(theirs, answer.json, '', volatile)) wrong.push(`body differs at ${at}`)
  }
  if (wrong.length) throw new Error(`${wrong.join('; ')}\ngot ${answer.status} ${answer.text.slice(0, 300)}`)
}

/** The entry for a case: its own, or the first pattern that fits. */
function differenceOf (id) {
  return differences.find(d => d.cases.some(c => c === id || (c.endsWith('*') && id.startsWith(c.slice(0, -1)))))
}

function checkDifference (difference, answer) {
  if (!readmeText.includes(difference.readme)) throw new Error(`README.md does not say "${difference.readme}"`)
  for (const [name, wanted] of Object.entries(difference.ours)) {
    const got = name === 'status' ? answer.status : name === 'paid' ? answer.paid : answer.json && answer.json[name]
    if (got !== wanted) throw new Error(`${name} is ${got}, not ${wanted}: ${answer.status} ${answer.text.slice(0, 300)}`)
  }
}

/** What /info tells of the machine and the moment. */
const ofTheMoment = ['/serverFreeMemory', '/serverUptime', '/serviceUptime', '/avgLoad', '/runningContracts']

function judge (c, answer, recorded = recordedAnswer(c)) {
  const difference = differenceOf(c.id)
  if (!difference) return compare(recorded, answer, ofTheMoment.concat(c.volatile || []))
  checkDifference(difference, answer)
}

// --- the recorded ones -----------------------------------------------------------------------------

function recordedAnswer (c) {
  const r = c.response
  if (r.raw !== undefined && !r.raw.includes('\r\n\r\n')) return { status: Number(r.raw.split(' ')[1]), headers: {}, text: r.raw }
  if (r.raw) return parseAnswer(Buffer.from(r.raw), { head: (c.request.raw || '').startsWith('HEAD') })
  const headers = {}
  for (const [name, value] of r.headers || []) headers[name.toLowerCase()] = value
  return { status: r.status, headers, text: r.body || '', json: r.json }
}

/** The smallest request of the vectors, with a name of `size` characters. */
function withLongName (size) {
  const request = JSON.parse(load('03-pod-request-validation').find(c => c.id === 'valid-minimal').request.body)
  request.manifest.name = 'x'.repeat(size)
  return Buffer.from(JSON.stringify(request))
}

function bodyOf (c) {
  const r = c.request
  if (r.body_base64 !== undefined) return Buffer.from(r.body_base64, 'base64')
  if (r.body !== undefined) return Buffer.from(r.body)
  if (r.body_note) return withLongName(c.id === 'size-exactly-1MiB' ? 1048362 : 1048576)
  return undefined
}

async function send (port, c) {
  const r = c.request
  const head = r.method === 'HEAD' || (r.raw || '').startsWith('HEAD')
  let octets = r.raw ? Buffer.from(r.raw) : requestText(r, bodyOf(c))
  if (c.id === 'size-over-1MiB-chunked' || c.id === 'ingress-te-chunked') {
    const body = bodyOf(c)
    const headers = r.headers.filter(([name]) => name.toLowerCase() !== 'transfer-encoding').concat([['Transfer-Encoding', 'chunked']])
    octets = Buffer.concat([requestText(Object.assign({}, r, { headers })),
      Buffer.from(body.length.toString(16) + '\r\n'), body, Buffer.from('\r\n0\r\n\r\n')])
  }
  return parseAnswer(await exchange(port, octets, { limit: 30000, quiet: 2000 }), { head })
}

const title = c => `${c.id}: ${c.description}`

const ofPublicApi = ['01-self-test-gate', '02-info-and-peers', '03-pod-request-validation', '04-price-quote', '06-logs']

const isOfPod = c => c.request.headers.some(([name, value]) => /^host$/i.test(name) && /^[a-z2-7]{52}\./i.test(value))

/** A step for each case of a group that `take` wants. */
function replay (group, hostOf, take = () => true) {
  for (const c of load(group).filter(take)) {
    if (elsewhere[c.id]) continue
    step(`${group.slice(0, 2)} ${title(c)}`, async () => {
      const answer = await send(hostOf().port, c)
      judge(c, answer)
      if (ofPublicApi.includes(group) && c.request.method && !isOfPod(c)) mustBeDescribed(c.request.method, c.request.path, answer)
    })
  }
}

/** Says which entries of the list of differences met no case, and which name no test. */
function unusedDifferences (groups) {
  const ids = [].concat(...groups.map(load)).map(c => c.id)
  const known = pattern => ids.some(id => id === pattern || (pattern.endsWith('*') && id.startsWith(pattern.slice(0, -1))))
  return [].concat(...differences.map(d => d.cases)).concat(Object.keys(elsewhere)).filter(pattern => !known(pattern))
}

module.exports = { load, replay, judge, send, title, recordedAnswer, unusedDifferences, differences, elsewhere }
