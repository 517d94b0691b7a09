'use strict'
const net = require('net')

/** A request as it goes over the wire; `body` is a Buffer or undefined. */
function requestText ({ method, path, headers }, body) {
  const names = headers.map(([name]) => name.toLowerCase())
  const lines = [`${method} ${path} HTTP/1.1`].concat(headers.map(([name, value]) => `${name}: ${value}`))
  if (!names.includes('host')) lines.push('Host: codius.example.com')
  if (body !== undefined && !names.includes('transfer-encoding') && !names.includes('content-length')) {
    lines.push(`Content-Length: ${body.length}`)
  }
  lines.push('Connection: close', '', '')
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body || Buffer.alloc(0)])
}

function unchunk (body) {
  const parts = []
  let at = 0
  for (;;) {
    const end = body.indexOf('\r\n', at)
    if (end < 0) throw new Error('a chunked body that does not end')
    const size = parseInt(body.slice(at, end).toString('latin1'), 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(body.slice(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

/** Reads an answer; `left` is what stands behind it. 100 Continue is skipped. */
function parseAnswer (raw, { head = false } = {}) {
  const end = raw.indexOf('\r\n\r\n')
  if (end < 0) throw new Error(`no answer: ${JSON.stringify(raw.toString('latin1').slice(0, 200))}`)
  const [first, ...lines] = raw.slice(0, end).toString('latin1').split('\r\n')
  const status = Number(first.split(' ')[1])
  const rest = raw.slice(end + 4)
  if (status === 100) return parseAnswer(rest, { head })
  const headers = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  let body = rest
  let left = Buffer.alloc(0)
  if (head || status === 101) {
    body = Buffer.alloc(0)
  } else if (headers['content-length'] !== undefined) {
    body = rest.slice(0, Number(headers['content-length']))
    left = rest.slice(body.length)
  } else if (headers['transfer-encoding'] === 'chunked') {
    body = unchunk(rest)
  }
  const text = body.toString('utf8')
  let json
  try { json = JSON.parse(text) } catch (e) { json = undefined }
  return { status, headers, text, json, left }
}

/**
 * Sends octets to 127.0.0.1 and gives all that comes back until the other side closes. `quiet`: the
 * milliseconds after which a connection that stays open counts as answered.
 */
function exchange (port, octets, { limit = 20000, quiet = 0 } = {}) {
  return new Promise((resolve, reject) => {
    const parts = []
    const socket = net.connect(port, '127.0.0.1', () => socket.write(octets))
    const timer = setTimeout(() => socket.destroy(new Error(`no end of the answer within ${limit} ms`)), limit)
    let rest
    socket.on('data', block => {
      parts.push(block)
      clearTimeout(rest)
      if (quiet) rest = setTimeout(() => socket.destroy(), quiet)
    })
    socket.on('error', e => e.code === 'ECONNRESET' ? undefined : reject(e))
    socket.on('close', () => {
      clearTimeout(timer)
      clearTimeout(rest)
      resolve(Buffer.concat(parts))
    })
  })
}

module.exports = { requestText, parseAnswer, exchange }
